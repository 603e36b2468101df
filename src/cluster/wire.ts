// How members talk to one another. Payloads are texts without line breaks, as JSON.stringify prints them.

/** The member is not there, or did not answer: whether it did what was asked is not known, unless `isUndelivered`. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
  /** Whether the member certainly has not seen the request. */
  readonly isUndelivered: boolean;
  /** Whether it would be in vain again, as what is to be said is too long. */
  readonly isPermanent: boolean;

  constructor(message: string, isUndelivered: boolean, isPermanent = false) {
    super(message);
    this.isUndelivered = isUndelivered;
    this.isPermanent = isPermanent;
  }
}

/** Answers a request; what it rejects with is told to the log, and the asker gets {@link Unreachable}. */
export type Answer = (payload: string, from: string) => Promise<string>;

/** Takes what is told. Must not throw. */
export type Listen = (payload: string, from: string) => void;

export interface Wire {
  /**
   * Asks a member. What goes to one member arrives in the order of the calls, requests and tellings alike. Rejects with
   * {@link Unreachable} where it is gone from the view, where there is no connection, and when the time is over.
   */
  request(to: string, topic: string, payload: string, timeoutMs: number): Promise<string>;
  /** Tells a member, without knowing whether it arrives; what is too long to be sent is lost too. See {@link onLoss}. */
  tell(to: string, topic: string, payload: string): void;
  /** Tells all other members of the view. */
  tellAll(topic: string, payload: string): void;
  /**
   * Asks all other members of the view and resolves when each has answered, or holds no lease any more. Rejects with
   * {@link Unreachable} where it can never be said, and when this member ends.
   */
  requestAll(topic: string, payload: string): Promise<void>;
  /** Answers a topic from now on. */
  onRequest(topic: string, answer: Answer): void;
  onTold(topic: string, listen: Listen): void;
  /**
   * Calls back when something that a member told this one was lost, or may have been: a gap in what it sent, a lost connection, a crash. `silentMs`
   * before now all that had been sent had arrived. Must not throw.
   */
  onLoss(callback: (from: string, silentMs: number) => void): void;
}
