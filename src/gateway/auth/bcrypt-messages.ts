// What is said between the server and its thread that compares passwords.

export interface Question {
  readonly id: number;
  readonly password: string;
  /** Of which any may match. */
  readonly hashes: readonly string[];
  /** These are compared for the time it takes. */
  readonly others: readonly string[];
}

export interface Answer {
  readonly id: number;
  readonly matches: boolean;
}
