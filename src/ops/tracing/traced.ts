// Spans around what happens to a request: the request itself, its commands, their commits, and their events.

import type { Span, Spans, TraceHeaders } from "./spans.ts";
import { inSpan } from "./spans.ts";

interface Named {
  readonly kind: string;
  readonly action: string;
  readonly id: string;
  readonly headers: TraceHeaders;
}

/** Those that have a span, whoever handed them on. */
const commandsInTraces = new WeakSet<object>();

/**
 * Traces the commands that something handles. What a command leads to, events among it, carries the span in its headers; so does
 * the command itself, if it is sent on. Within a command that is traced already nothing more is.
 */
export function tracedDispatch<C extends Named, R>(
  spans: Spans,
  dispatch: (command: C, origin?: object) => Promise<R>,
): (command: C, origin?: object) => Promise<R> {
  return (command, origin) => {
    if (commandsInTraces.has(command)) return dispatch(command, origin);
    const { kind, action, id, headers } = command;
    const attributes = { "ditto.entity.id": id, ...correlationOf(headers) };
    const span = spans.begin(`${kind}.${action}`, "internal", attributes, headers);
    return inSpan(span, () => {
      const traced = { ...command, headers: { ...headers, ...spans.headers() } };
      commandsInTraces.add(traced);
      return dispatch(traced, origin);
    });
  };
}

const correlationOf = (headers: TraceHeaders): Record<string, string> => {
  const id = (headers as Readonly<Record<string, unknown>>)["correlation-id"];
  return typeof id === "string" ? { "ditto.correlation-id": id } : {};
};

interface Appending<R, E> {
  append(rows: readonly R[], settled: (error?: E) => void): void;
}

/** Traces commits, from when rows are handed in until they are settled. Rows that no traced command writes are not traced. */
export function tracedJournal<R, E, J>(spans: Spans, journal: J & Appending<R, E>): J {
  const append: Appending<R, E>["append"] = (rows, settled) => {
    // Whoever's turn it is when a batch comes back, what follows a commit belongs where it was asked for.
    const here = spans.here();
    const span = spans.isWithin()
      ? spans.begin("journal.commit", "client", { "ditto.journal.rows": rows.length })
      : undefined;
    journal.append(rows, (error) => {
      span?.end(error);
      here(() => settled(error));
    });
  };
  return { ...journal, append };
}

/** Traces how events are handed to those who listen. */
export function tracedPublish<A extends readonly unknown[]>(
  spans: Spans,
  publish: (...args: A) => void,
): (...args: A) => void {
  return (...args) => {
    if (!spans.isWithin()) return publish(...args);
    const span = spans.begin("publish", "producer", {});
    try {
      span.run(() => publish(...args));
      span.end();
    } catch (error) {
      span.end(error);
      throw error;
    }
  };
}

/** Begins the span of an HTTP request; to be ended with the answer's status. */
export function requestSpan(
  spans: Spans,
  method: string,
  path: string,
  headers: TraceHeaders & { readonly "correlation-id"?: unknown },
): Span {
  return spans.begin(
    `${method} ${path}`,
    "server",
    { "http.request.method": method, "http.route": path, ...correlationOf(headers) },
    headers,
  );
}

/** Ends it. */
export function answered(span: Span, status: number): void {
  span.set({ "http.response.status_code": status });
  span.end(status >= 500 ? `status ${status}` : undefined);
}
