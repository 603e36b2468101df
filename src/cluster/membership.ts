// How this process becomes a member, stays one, and puts out those that do not.
//
// out → entering (has a lease, and no seat in the view) → in → leaving → out; in → out when it was put out, and then in again.

import type { Bucket } from "./bucket.ts";
import type { Changed } from "./bucket-watch.ts";
import type { Member } from "./cluster.ts";
import type { Lease, LeaseTimes } from "./lease.ts";
import type { ClusterLog } from "./options.ts";
import { proposeView } from "./propose.ts";
import { leaseKey, parseLease, printLease, type Records } from "./records.ts";
import { type Seat, type View, withMember, without } from "./view.ts";

export interface MembershipParts {
  readonly self: Member;
  readonly times: LeaseTimes;
  readonly lease: Lease;
  readonly records: Records;
  readonly now: () => number;
  readonly log: ClusterLog;
  /** There is another view than before. */
  viewed(view: View): void;
  /** Something that decides what may be served is another. */
  changed(): void;
  /** The lease ended for good; nothing that was served may be. */
  ended(): void;
  /** The lease had run out and holds again. */
  renewed(): void;
}

export class Membership {
  readonly #parts: MembershipParts;
  #bucket: Bucket | undefined;
  #incarnation: string | undefined;
  #goal: "out" | "in" | "leaving" = "out";
  /** The number of the last write of this member's lease; absent where it has none. */
  #sequence: number | undefined;
  /** The epoch of this member's seat; absent where it has none. */
  #since: number | undefined;
  #adopted = 0;
  /** Whether a lease of its own is still to be ended; which is tried again where NATS did not answer. */
  #hasRecord = false;
  #told = 0;
  #isRenewing = false;
  #isRenewalWanted = false;
  #isEntering = false;
  /** By the view that was looked at last. */
  #wasSeated = false;
  #tickedAt = 0;
  #renewedAt = Number.NEGATIVE_INFINITY;

  constructor(parts: MembershipParts) {
    this.#parts = parts;
  }

  /** Whether the newest view has this member in the seat that it took. */
  get isSeated(): boolean {
    return this.#since !== undefined && this.seat?.since === this.#since;
  }

  get seat(): Seat | undefined {
    return this.#parts.records.view?.members.find(({ id }) => id === this.#parts.self.id);
  }

  /** The newest epoch of which all others know that this member has adopted it. */
  get told(): number {
    return this.#told;
  }

  /** NATS is there; what is in the bucket is told to {@link watched}. */
  up(bucket: Bucket): void {
    const isOther = this.#incarnation !== undefined && this.#incarnation !== bucket.incarnation;
    this.#incarnation = bucket.incarnation;
    this.#bucket = bucket;
    if (isOther) this.#void("NATS has lost what it knew of the cluster, which is made again.");
  }

  down(): void {
    this.#bucket = undefined;
  }

  readonly watched: Changed = (entries, isWhole) => {
    const { records, self } = this.#parts;
    const news = records.take(entries, isWhole);
    if (news === "older")
      this.#void("NATS has an older state of the cluster than was known; the cluster is made again.");
    const own = records.leases.get(self.id);
    if (own?.isDead && this.#sequence !== undefined && own.sequence > this.#sequence) this.#putOut();
    if (news === "newer") this.#seen(records.view!);
    this.#parts.changed();
    if (isWhole) this.tick();
  };

  /** Wants to be a member from now on. */
  enter(): void {
    this.#goal = "in";
    this.tick();
  }

  /** All that was lost with this epoch and those before it is let go. */
  adopt(epoch: number): void {
    this.#adopted = epoch;
    void this.#renew();
  }

  /** What is to be done again and again, several times within {@link LeaseTimes.renewMs}. */
  tick(): void {
    const { records, times, now } = this.#parts;
    const at = now();
    if (at - this.#tickedAt > times.renewMs) records.hear(); // this process stood still, and has heard nobody
    this.#tickedAt = at;
    if (!this.#bucket) return;
    if (this.#goal === "in" && !this.isSeated) void this.#enter();
    if (at - this.#renewedAt >= times.renewMs) void this.#renew();
  }

  /** Gives up the seat; what it owned is lost with the next view. Rejects where NATS does not answer. */
  async leave(): Promise<void> {
    this.#goal = "leaving";
    const { seat } = this;
    if (seat)
      await proposeView(this.#connected(), this.#parts.records, (view) => without(view, [seat], false));
  }

  /** Gives up the lease, once everything is let go. Rejects where NATS does not answer. */
  async end(): Promise<void> {
    const key = leaseKey(this.#parts.self.id);
    this.#hasRecord ||= this.#sequence !== undefined;
    this.#goal = "out";
    this.#end();
    if (!this.#hasRecord) return;
    const bucket = this.#connected();
    // A renewal that was on its way may come between the two.
    for (let isGone = false; !isGone; ) {
      const found = await bucket.read(key);
      isGone = found?.value === undefined || (await bucket.write(key, null, found.sequence)) !== undefined;
    }
    this.#hasRecord = false;
  }

  #seen(view: View): void {
    this.#parts.viewed(view);
    const wasSeated = this.#wasSeated;
    this.#wasSeated = this.isSeated;
    if (wasSeated && !this.isSeated && this.#goal === "in") this.#putOut();
  }

  #putOut(): void {
    this.#void("The other members have put this one out, since they did not hear of it.");
  }

  #void(reason: string): void {
    this.#parts.log("warning", reason);
    this.#end();
    this.tick();
  }

  #end(): void {
    this.#sequence = undefined;
    this.#since = undefined;
    this.#wasSeated = false;
    this.#adopted = 0;
    this.#told = 0;
    this.#parts.lease.end();
    this.#parts.ended();
  }

  #connected(): Bucket {
    if (!this.#bucket) throw new Error("There is no connection to NATS.");
    return this.#bucket;
  }

  async #enter(): Promise<void> {
    if (this.#isEntering) return;
    this.#isEntering = true;
    const { self, records } = this.#parts;
    try {
      if (this.#sequence === undefined && !(await this.#takeLease())) return;
      await proposeView(this.#connected(), records, (view) => {
        if (this.#sequence === undefined || this.#goal !== "in") return undefined; // the lease ended meanwhile
        const seat = view?.members.find(({ id }) => id === self.id);
        if (seat && seat.since === this.#since) return undefined; // an answer to an earlier try was lost
        const next = withMember(view, self, records.view?.epoch ?? 0);
        this.#since = next.epoch;
        return next;
      });
    } catch (error) {
      this.#trouble("This member cannot join its cluster yet", error);
    } finally {
      this.#isEntering = false;
    }
  }

  async #takeLease(): Promise<boolean> {
    const { self, lease } = this.#parts;
    const bucket = this.#connected();
    const before = await bucket.read(leaseKey(self.id));
    const renewal = lease.sending();
    const sequence = await bucket.write(leaseKey(self.id), printLease(0, renewal), before?.sequence ?? 0);
    if (sequence === undefined || bucket !== this.#bucket) return false;
    this.#sequence = sequence;
    lease.confirmed(renewal);
    return true;
  }

  /** One at a time, and once more where it was wanted meanwhile. */
  async #renew(): Promise<void> {
    this.#isRenewalWanted = true;
    if (this.#isRenewing) return;
    this.#isRenewing = true;
    try {
      while (this.#isRenewalWanted && this.#bucket && this.#sequence !== undefined) {
        this.#isRenewalWanted = false;
        await this.#renewOnce(this.#bucket, this.#sequence);
      }
    } catch (error) {
      this.#trouble("The lease of this member could not be renewed", error);
    } finally {
      this.#isRenewing = false;
    }
  }

  async #renewOnce(bucket: Bucket, expected: number): Promise<void> {
    const { self, lease } = this.#parts;
    const adopted = this.#adopted;
    this.#renewedAt = this.#parts.now();
    const renewal = lease.sending();
    const sequence = await bucket.write(leaseKey(self.id), printLease(adopted, renewal), expected);
    if (this.#sequence !== expected) return; // ended meanwhile
    if (sequence !== undefined) return this.#confirmed(renewal, sequence, adopted);
    // One before it was not confirmed and yet written; or another member has put this one out.
    const found = await bucket.read(leaseKey(self.id));
    if (this.#sequence !== expected) return;
    if (found?.value === undefined) return this.#putOut();
    const written = parseLease(found.value);
    this.#confirmed(written.renewal, found.sequence, written.adopted);
    this.#isRenewalWanted = true;
  }

  #confirmed(renewal: number, sequence: number, adopted: number): void {
    this.#sequence = sequence;
    this.#told = adopted;
    const holdsAgain = this.#parts.lease.confirmed(renewal);
    if (holdsAgain && this.isSeated) this.#parts.renewed();
    this.#parts.changed();
  }

  #trouble(what: string, error: unknown): void {
    if (this.#bucket) this.#parts.log("warning", `${what}: ${(error as Error).message}`);
  }
}
