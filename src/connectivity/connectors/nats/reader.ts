// What all addresses of sources have in common.

/** Reads one address. */
export interface Reader {
  /** Makes what is needed at the server. Rejects where that cannot be. */
  prepare(): Promise<void>;
  /** Begins to ask for messages. */
  start(): void;
  /** Stops reading; what waits goes back to the server, or is lost where it takes nothing back. */
  drain(): Promise<void>;
  close(): void;
}

export interface ReaderEvents {
  /** The server does not let us read it. */
  refused(reason: Error): void;
  log(level: "success" | "failure", text: string): void;
  /** Reading cannot go on. */
  failed(reason: Error): void;
}
