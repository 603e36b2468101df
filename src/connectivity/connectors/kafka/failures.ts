// What errors of Kafka and of the network mean for operators.

import { ProtocolError, protocolErrorsCodesById } from "@platformatic/kafka";
import { ConnectFailure } from "../connector.ts";

/** That a message could not be published. */
export class PublishFailure extends Error {
  /** As of HTTP, for the acknowledgement: 4xx where trying again is of no use. */
  readonly status: number;

  constructor(message: string, status: number, cause?: unknown) {
    super(message, { cause });
    this.name = "PublishFailure";
    this.status = status;
  }
}

/** What is known of an error of the library, Node or a broker. */
export interface Fault {
  readonly message: string;
  readonly code?: string;
  /** Name of an error of the Kafka protocol. */
  readonly apiId?: string;
  readonly canRetry?: boolean;
  /** Whether it comes of outdated knowledge about the cluster. */
  readonly hasStaleMetadata?: boolean;
  /** What was answered, where that holds errors. */
  readonly response?: unknown;
  readonly errors?: readonly unknown[];
  readonly cause?: unknown;
}

/** Errors that only an operator can mend. */
const lastingCodes =
  /^(?:ENOTFOUND|PLT_KFK_AUTHENTICATION|CERT_\w+|\w*SELF_SIGNED\w*|UNABLE_TO_\w+|ERR_(?:TLS|SSL|OSSL)_\w+|EPROTO)$/;
const lastingIds =
  /^(?:\w+_AUTHORIZATION_FAILED|UNSUPPORTED_SASL_MECHANISM|SASL_AUTHENTICATION_FAILED|INVALID_GROUP_ID|INVALID_TOPIC_EXCEPTION|INCONSISTENT_GROUP_PROTOCOL|INVALID_SESSION_TIMEOUT)$/;

/** Why it could not be connected. */
export function connectFailure(error: unknown): ConnectFailure {
  const faults = faultsOf(error);
  const known = faults.find((fault) => fault instanceof ConnectFailure);
  if (known !== undefined) return known;
  const isLasting = faults.some(
    ({ code = "", apiId = "", message }) =>
      lastingCodes.test(code) || lastingIds.test(apiId) || /requires TLS|^Unknown topic/.test(message),
  );
  return new ConnectFailure(`Kafka cannot be used: ${reasonText(error)}`, isLasting, error);
}

/** Why a message was not published: 500 where trying again can help, else 400. */
export function publishFailure(error: unknown): PublishFailure {
  if (error instanceof PublishFailure) return error;
  const isLasting = faultsOf(error).some(({ canRetry }) => canRetry === false);
  return new PublishFailure(
    `The message was not published to Kafka: ${reasonText(error)}`,
    isLasting ? 400 : 500,
    error,
  );
}

/** Whether it is the network that has failed, not a broker that refuses. */
export const isOfNetwork = (error: unknown): boolean =>
  faultsOf(error).some(({ code }) => code === "PLT_KFK_NETWORK" || code === "PLT_KFK_TIMEOUT") &&
  !faultsOf(error).some(({ apiId }) => apiId !== undefined);

/** Whether it may pass by itself: a leader that moves, a connection that breaks. */
export function mayPass(error: unknown): boolean {
  const faults = faultsOf(error);
  if (faults.some(({ canRetry }) => canRetry === false)) return false;
  return isOfNetwork(error) || faults.some(({ apiId, canRetry }) => apiId !== undefined && canRetry === true);
}

/** The error with this number in the protocol. */
export const protocolError = (code: number): Error =>
  new ProtocolError(code in protocolErrorsCodesById ? code : UNKNOWN_SERVER_ERROR);

/** The innermost reasons, without repetition. */
export function reasonText(error: unknown): string {
  const faults = faultsOf(error);
  const innermost = faults.filter(({ errors = [], cause }) => errors.length === 0 && !isObject(cause));
  const texts = innermost.map(({ message, code, apiId }) => message || apiId || code || "unknown reason");
  return [...new Set(texts)].slice(0, 3).join("; ");
}

const UNKNOWN_SERVER_ERROR = -1;
const MAX_FAULTS = 100;

/** The error with all that it wraps. */
export function faultsOf(error: unknown): readonly Fault[] {
  const faults: Fault[] = [];
  const open = [error];
  while (open.length > 0 && faults.length < MAX_FAULTS) {
    const fault = open.shift();
    if (!isObject(fault)) continue;
    faults.push(fault);
    open.push(...(fault.errors ?? []), fault.cause);
  }
  return faults;
}

const isObject = (value: unknown): value is Fault => typeof value === "object" && value !== null;
