// What is seen of every HTTP request: how long it took, its span where traces are wanted, and a line in the log at level debug.

import type { IncomingMessage } from "node:http";
import type { Logger } from "pino";
import { requestPathOf } from "../../../ops/measure/request-path.ts";
import type { CountRoundTrip } from "../../../ops/measure/round-trips.ts";
import { redactedHeaders } from "../../../ops/redacted-headers.ts";
import type { Span, Spans, TraceHeaders } from "../../../ops/tracing/spans.ts";
import { answered, requestSpan } from "../../../ops/tracing/traced.ts";
import { pathOf } from "../uri.ts";

export interface Observing {
  readonly count: CountRoundTrip;
  readonly log: Logger;
  /** Absent where nothing is traced. */
  readonly spans?: Spans | undefined;
}

type Answer = Response | Promise<Response>;

export type Observe = (incoming: IncomingMessage, within: () => Answer) => Answer;

/** Paths that are asked again and again by those who watch over the server; they are counted, not traced. */
const watching: ReadonlySet<string> = new Set(["/health", "/alive", "/ready", "/metrics", "/status"]);

/**
 * Makes what is put around the answer to a request; answers are handed on as they are, at once where they are there at once.
 */
export function observed({ count, log, spans }: Observing): Observe {
  const done = (incoming: IncomingMessage, path: string, begun: number, status: number, span?: Span) => {
    const ms = performance.now() - begun;
    count(path, incoming.method as string, status, ms);
    if (span) answered(span, status);
    if (log.isLevelEnabled("debug")) log.debug(lineOf(incoming, status, ms), "request");
  };
  return (incoming, within) => {
    const begun = performance.now();
    const path = requestPathOf(pathOf(incoming.url as string));
    const span =
      spans && !watching.has(path)
        ? requestSpan(spans, incoming.method as string, path, incoming.headers as TraceHeaders)
        : undefined;
    const response = span ? span.run(within) : within();
    if (!(response instanceof Promise)) {
      done(incoming, path, begun, response.status, span);
      return response;
    }
    return response.then(
      (settled) => {
        done(incoming, path, begun, settled.status, span);
        return settled;
      },
      (error: unknown) => {
        done(incoming, path, begun, 500, span);
        throw error;
      },
    );
  };
}

/** The query is left out: it may hold an access token. */
const lineOf = (incoming: IncomingMessage, status: number, ms: number): object => ({
  method: incoming.method,
  path: pathOf(incoming.url as string),
  status,
  ms: Math.round(ms * 100) / 100,
  correlationId: incoming.headers["correlation-id"] ?? incoming.headers["x-correlation-id"],
  headers: redactedHeaders(incoming.headers),
});
