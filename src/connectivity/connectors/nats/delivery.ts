// What JetStream tells of a delivery in the subject that acknowledgements go to:
//   $JS.ACK.<stream>.<consumer>.<count>.<stream sequence>.<consumer sequence>.<nanoseconds>.<pending>
// and from servers with a domain:
//   $JS.ACK.<domain>.<account>.<stream>.<consumer>.<count>.….<pending>.<random>

export interface Delivery {
  readonly stream: string;
  /** Of the message in its stream. */
  readonly sequence: string;
  /** When it was stored, in milliseconds. */
  readonly timestamp: number;
  /** The how many-th delivery of this message it is, from 1. */
  readonly count: number;
}

/** Undefined where the subject is none of these. */
export function deliveryOf(ackSubject: string): Delivery | undefined {
  if (!ackSubject.startsWith("$JS.ACK.")) return undefined;
  const tokens = ackSubject.split(".");
  const from = tokens.length === 9 ? 2 : 4;
  const [stream, , count, sequence, , nanoseconds] = tokens.slice(from);
  if (stream === undefined || nanoseconds === undefined || sequence === undefined) return undefined;
  return { stream, sequence, timestamp: Math.floor(Number(nanoseconds) / 1e6), count: Number(count) };
}
