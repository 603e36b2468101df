// Where connections are killed: a broker, and what can be known there without asking the server under test.

export interface Ground extends AsyncDisposable {
  readonly name: string;
  /** What makes a connection lead to its broker. */
  readonly link: object;
  /** What makes a source read all that is said, at least once. */
  readonly source: { readonly addresses: readonly string[]; readonly qos: number };
  /** Where a target writes to, at least once. */
  readonly address: string;
  /** Whether what the broker has confirmed outlives it. */
  readonly keepsConfirmed: boolean;
  /** Says something in the name of a thing; resolves once the broker has confirmed it, rejects where that is not known. */
  say(thingId: string, text: string): Promise<void>;
  /** What the server has settled at the broker until now. */
  settled(): Promise<readonly string[]>;
  /** What has reached the target's address. */
  told(): Promise<readonly string[]>;
  /** Ends the broker while it works. */
  kill(): Promise<void>;
  /** Starts it again, on what it had. */
  start(): Promise<void>;
}

export const CONNECTION = "kills";
