// Why a server of models gave no prediction: whose fault it is, and whether it may pass.

import { ModelFault } from "../scoring.ts";

/** The server, or the way to it, is at fault, whatever was asked. Such faults in a row open the circuit. */
export class ServerFault extends ModelFault {
  /** Whether the same request may succeed soon. */
  readonly mayPass: boolean;
  /** For so many milliseconds the server wants to be left alone. */
  readonly afterMs: number;

  constructor(reason: ModelFault["reason"], detail: string, { mayPass = false, afterMs = 0 } = {}) {
    super(reason, detail);
    this.mayPass = mayPass;
    this.afterMs = afterMs;
  }
}

/** The server answers, but with something else than predictions. */
export const badOutput = (detail: string): ModelFault =>
  new ModelFault("bad-output", `The server of the model ${detail.replace(/\.$/, "")}.`);

export const timedOut = (ms: number): ServerFault =>
  new ServerFault("timeout", `The server of the model gives no whole answer within ${ms} ms.`, {
    mayPass: true,
  });

export const givenUp = (): ModelFault => new ModelFault("timeout", "The prediction was given up.");

export const closed = (): ModelFault => new ModelFault("unavailable", "The model was closed.");

/** Errors of sockets that pass by themselves. */
const PASSING =
  /^(?:ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|UND_ERR_SOCKET)$/;
/** What undici says of answers that are no HTTP. */
const NO_HTTP = /^(?:HPE_|UND_ERR_(?:HEADERS_OVERFLOW|RES_CONTENT_LENGTH_MISMATCH|HTTP_PARSER))/;

/** What an error on the way to the server, or on the way back, means. */
export function faultOf(error: Error): ModelFault {
  if (error instanceof ModelFault) return error;
  const { code = "" } = error as NodeJS.ErrnoException;
  if (NO_HTTP.test(code) || error.name === "HTTPParserError")
    return badOutput(`does not answer in HTTP/1.1: ${messageOf(error)}`);
  return new ServerFault("unavailable", `The server of the model cannot be reached: ${messageOf(error)}.`, {
    mayPass: PASSING.test(code),
  });
}

function messageOf(error: Error): string {
  const { message, code } = error as NodeJS.ErrnoException;
  if (error instanceof AggregateError) return [...new Set(error.errors.map(messageOf))].join("; ");
  return (message || code || "unknown reason").replace(/\.$/, "");
}
