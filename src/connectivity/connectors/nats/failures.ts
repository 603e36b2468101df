// What goes wrong with NATS, for operators.

import { JetStreamApiCodes, JetStreamApiError } from "@nats-io/jetstream";
import { errors, type PermissionViolationError } from "@nats-io/transport-node";
import { ConnectFailure } from "../connector.ts";

const PASSING = /^(?:ETIMEDOUT|ECONNRESET|EPIPE|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN)$/;

/** An error before the server has accepted the client. */
export function connectFailure(error: unknown): ConnectFailure {
  if (error instanceof ConnectFailure) return error;
  if (isRefusal(error))
    return new ConnectFailure("The server refuses the credentials of the client.", true, error);
  if (error instanceof errors.TimeoutError)
    return new ConnectFailure("The server does not answer in time.", false, error);
  const { message, code, cause } = error as NodeJS.ErrnoException;
  // That it was told to have no TLS is a mistake of a program to the library.
  if (error instanceof errors.ConnectionError && cause instanceof TypeError)
    return new ConnectFailure("The server demands TLS: the scheme of the URI must be tls.", true, error);
  const inner = (cause ?? {}) as NodeJS.ErrnoException;
  const isPassing = PASSING.test(code ?? inner.code ?? "") || error instanceof errors.ProtocolError;
  return new ConnectFailure(
    `The server cannot be reached: ${inner.message || message || code}.`,
    !isPassing,
    error,
  );
}

const isRefusal = (error: unknown): boolean =>
  error instanceof errors.AuthorizationError || error instanceof errors.UserAuthenticationExpiredError;

/** An error of JetStream's API about an address of a source. */
export function streamFailure(address: string, error: unknown): ConnectFailure {
  if (error instanceof ConnectFailure) return error;
  const { text, isMisconfigured } = apiProblem(error);
  return new ConnectFailure(`The source '${address}' cannot be read: ${text}`, isMisconfigured, error);
}

interface Problem {
  readonly text: string;
  readonly isMisconfigured: boolean;
}

function apiProblem(error: unknown): Problem {
  const { name, cause } = error as Error;
  // After a start of the server JetStream may take a while; only the server itself says that there is none.
  if (name === "JetStreamNotEnabled")
    return { text: "the server gives no JetStream.", isMisconfigured: cause instanceof JetStreamApiError };
  if (error instanceof JetStreamApiError) return ofApi(error);
  const violation = [error, cause].find((one) => one instanceof errors.PermissionViolationError);
  if (violation) return { text: violationText(violation), isMisconfigured: true };
  return { text: `${(error as Error).message}.`, isMisconfigured: false };
}

function ofApi({ code, status, message }: JetStreamApiError): Problem {
  if (code === JetStreamApiCodes.StreamNotFound)
    return { text: "there is no such stream.", isMisconfigured: true };
  if (code === JetStreamApiCodes.ConsumerNotFound)
    return { text: "there is no such consumer.", isMisconfigured: true };
  return { text: `${message}.`, isMisconfigured: status < 500 };
}

export const violationText = ({ operation, subject }: PermissionViolationError): string =>
  `the user may not ${operation === "publish" ? "publish to" : "subscribe to"} '${subject}'.`;

/** Why an open connection ended. */
export function lossOf(error: unknown): Error {
  const message = error instanceof Error ? error.message : undefined;
  return new Error(`The server has closed the connection${message ? `: ${message}` : ""}.`, { cause: error });
}
