/** What a program that fills a broker is told. */
export interface FillJob {
  readonly port: number;
  /** Topic or subject. */
  readonly address: string;
  /** Of JetStream, which keeps what comes to the subject. */
  readonly stream?: string | undefined;
  readonly count: number;
}
