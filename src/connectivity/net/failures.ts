// Why something cannot be reached, for operators.

import { ConnectFailure } from "../connectors/connector.ts";

/** Errors of sockets that pass by themselves. */
const PASSING =
  /^(?:ETIMEDOUT|ECONNRESET|EPIPE|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|UND_ERR_SOCKET|UND_ERR_CONNECT_TIMEOUT)$/;

/** An error on the way to `what`, which begins the sentence: "The SSH server". */
export function unreachable(what: string, error: unknown): ConnectFailure {
  if (error instanceof ConnectFailure) return error;
  return new ConnectFailure(
    `${what} cannot be reached: ${reasonOf(error)}.`,
    !PASSING.test(codeOf(error)),
    error,
  );
}

/** The message of an error, and of those that it stands for. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return [...new Set(error.errors.map(reasonOf))].join("; ");
  const { message } = error as Error;
  return message || codeOf(error) || "unknown reason";
}

export const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? "";
