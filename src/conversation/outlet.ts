// Where what is told to a peer goes, beside the answers to its messages.

export interface Outlet {
  /** Sends a message; a client for which too much waits is told of as too slow instead. */
  send(text: string): void;
  /**
   * Sends a message that may be longer than all that may wait for a client, and does not count to that. Resolves once the
   * client's connection has taken it, or is gone.
   */
  sendPage(text: string): Promise<void>;
  /** Resolves once the connection takes more, or is gone. */
  drained(): Promise<void>;
}
