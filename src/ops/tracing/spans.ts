// What the server says of spans, without OpenTelemetry: it is loaded only where traces are wanted (otel.ts).

/** Headers of W3C Trace Context, as they come from outside: texts, if they are good. */
export interface TraceHeaders {
  readonly traceparent?: unknown;
  readonly tracestate?: unknown;
}

export type SpanKind = "server" | "internal" | "client" | "producer";
export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** A span under way. */
export interface Span {
  /** Runs something below this span. */
  run<T>(work: () => T): T;
  set(attributes: Attributes): void;
  /** Ends it, with what failed if something did. */
  end(error?: unknown): void;
}

export interface Spans {
  /** Begins a span below the one that is under way here; else below the one that the headers name; else a trace of its own. */
  begin(name: string, kind: SpanKind, attributes: Attributes, parent?: TraceHeaders): Span;
  /** Whether a span is under way here. One that has ended is not, even where something goes on that was begun within it. */
  isWithin(): boolean;
  /** Gives what runs something later below the span that is under way here now, or below none. */
  here(): <T>(work: () => T) => T;
  /** What tells others of the span that is under way here; empty where none is. */
  headers(): Readonly<Record<string, string>>;
  /** Sends what is not sent yet, for a bounded time. */
  stop(): Promise<void>;
}

/** Does something in a span of its own, which ends when that settles. */
export function inSpan<T>(span: Span, work: () => Promise<T>): Promise<T> {
  const done = span.run(work);
  done.then(
    () => span.end(),
    (error: unknown) => span.end(error),
  );
  return done;
}
