// What a connection notes of each message: counters, and entries of its logs while these are on.

/** In whose name something is noted. */
export type Category = "source" | "target" | "response" | "connection";

/** What happened to a message, by where that can be. */
export type SourceStep =
  | "consumed"
  | "mapped"
  | "enforced"
  | "dropped"
  | "acknowledged"
  | "throttled"
  | "other";
export type TargetStep =
  | "dispatched"
  | "filtered"
  | "mapped"
  | "published"
  | "dropped"
  | "acknowledged"
  | "other";

/** What an entry of the logs is about. */
export interface About {
  readonly correlationId?: string | undefined;
  readonly entityType?: "thing" | "policy" | "connection";
  readonly entityId?: string;
}

/** Notes one step of one address. Costs two increments while the logs are off; texts are made only when they are wanted. */
export interface Step {
  success(about?: About, text?: () => string): void;
  failure(about: About | undefined, text: () => string): void;
}

export interface Monitor {
  source(address: string, step: SourceStep): Step;
  target(address: string, step: TargetStep): Step;
  /** Of replies; all are noted under one address. */
  response(step: TargetStep): Step;
  /** The connection itself. */
  connection(level: "success" | "failure", text: string, about?: About): void;
}
