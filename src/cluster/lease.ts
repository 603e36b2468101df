// The lease of this member, by its own monotonic clock. Pure but for the clock.

/** What there is to know of the times of leases, in milliseconds. */
export interface LeaseTimes {
  /** For how long a renewal counts. */
  readonly leaseMs: number;
  /** What a member stops earlier, and others wait longer. */
  readonly marginMs: number;
  /** How often it is renewed, and how long NATS may take to confirm it. */
  readonly renewMs: number;
}

export function leaseTimes(leaseMs: number): LeaseTimes {
  return { leaseMs, marginMs: Math.ceil(leaseMs / 10), renewMs: Math.max(100, Math.floor(leaseMs / 3)) };
}

/** Renewals that are sent and not known to be confirmed; beyond, the oldest are forgotten and count as if never confirmed. */
const KEPT_RENEWALS = 16;

export class Lease {
  readonly #times: LeaseTimes;
  readonly #now: () => number;
  readonly #sent = new Map<number, number>();
  #last = 0;
  #until = Number.NEGATIVE_INFINITY;

  constructor(times: LeaseTimes, now: () => number) {
    this.#times = times;
    this.#now = now;
  }

  get holds(): boolean {
    return this.#now() < this.#until;
  }

  /** A renewal is about to be sent: its number. */
  sending(): number {
    this.#last++;
    this.#sent.set(this.#last, this.#now());
    if (this.#sent.size > KEPT_RENEWALS) this.#sent.delete(this.#sent.keys().next().value!);
    return this.#last;
  }

  /** A renewal was confirmed. Hands back whether the lease had run out meanwhile, and holds again. */
  confirmed(number: number): boolean {
    const sentAt = this.#sent.get(number);
    for (const earlier of this.#sent.keys()) if (earlier <= number) this.#sent.delete(earlier);
    if (sentAt === undefined) return false;
    const hasRunOut = !this.holds;
    this.#until = Math.max(this.#until, sentAt + this.#times.leaseMs - this.#times.marginMs);
    return hasRunOut && this.holds;
  }

  /** Nothing that was sent counts any more. */
  end(): void {
    this.#until = Number.NEGATIVE_INFINITY;
    this.#sent.clear();
  }
}
