// This process as a member: what the agreed views mean for what it serves.

import { setTimeout as later } from "node:timers/promises";
import type { NatsConnection } from "@nats-io/transport-node";
import { type Bucket, openBucket } from "./bucket.ts";
import type { Cluster, Gone, Member, ViewChange, ViewListener } from "./cluster.ts";
import { Holdings } from "./holdings.ts";
import { Lease, type LeaseTimes, leaseTimes } from "./lease.ts";
import { keepLink } from "./link.ts";
import { Listeners } from "./listeners.ts";
import { Membership } from "./membership.ts";
import { NatsWire } from "./nats-wire.ts";
import type { ClusterOptions } from "./options.ts";
import { Reaper } from "./reaper.ts";
import { Records } from "./records.ts";
import { chosenOf } from "./slots.ts";
import { awaitedFor, changesOf, isSame, type Seat, type View } from "./view.ts";

const TURNS_A_RENEWAL = 8;
const CONNECT_WITHIN_MS = 30_000;
/** What leaving may take besides three leases. */
const LEAVE_MS = 5_000;
/** How long who leaves waits until what it was asked is answered: while its lease holds, and what others asked before they heard of it. */
const ANSWERS_MS = 2_000;
const LAST_ANSWERS_MS = 500;
const RETRY_PAUSE_MS = 100;

export class ClusterNode implements Cluster {
  readonly isAlone = false;
  readonly self: Member;
  readonly wire: NatsWire;
  readonly #options: ClusterOptions;
  readonly #times: LeaseTimes;
  readonly #lease: Lease;
  readonly #records: Records;
  readonly #membership: Membership;
  readonly #reaper: Reaper;
  readonly #holdings: Holdings;
  readonly #listeners: Listeners;
  readonly #ended = new AbortController();
  #link: NatsConnection | undefined;
  #bucket: Bucket | undefined;
  #keeping: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #view: View | undefined;
  /** In that view; absent where this process is no member by it. */
  #seat: Seat | undefined;
  #change: ViewChange | undefined;
  #wasMember = false;
  /** Whether the lease counts: from when it has a seat until it ends. One that is taken anew does not say what happened meanwhile. */
  #isTenured = false;
  /** Letting go of what was lost, one view after another. */
  #releasing: Promise<void> = Promise.resolve();
  #isLeaving = false;
  #next = Promise.withResolvers<void>();

  constructor(id: string, options: ClusterOptions) {
    const { log, nodeName, leaseMs, clusterName } = options;
    const now = options.now ?? (() => performance.now());
    this.self = { id, name: nodeName };
    this.#options = options;
    this.#times = leaseTimes(leaseMs);
    this.#lease = new Lease(this.#times, now);
    this.#records = new Records(now);
    this.#holdings = new Holdings(id);
    this.#listeners = new Listeners(log);
    this.wire = new NatsWire({ self: id, clusterName, now, log });
    const shared = { records: this.#records, times: this.#times, log };
    this.#reaper = new Reaper({ ...shared, self: id });
    this.#membership = new Membership({
      ...{ ...shared, self: this.self, now, lease: this.#lease },
      viewed: (view) => this.#viewed(view),
      changed: () => this.#acquire(),
      ended: () => this.#stopServing(),
      renewed: () => this.#renewed(),
    });
  }

  get members(): readonly Member[] {
    return this.#view?.members ?? [];
  }

  get epoch(): number {
    return this.#view?.epoch ?? 0;
  }

  ownerOf(id: string): string {
    return this.#holdings.ownerOf(id);
  }

  owns(id: string): boolean {
    return this.#holdings.ownerOf(id) === this.self.id;
  }

  mayServe(id: string): boolean {
    return this.#holdings.isReady(id) && this.leaseHolds();
  }

  get leaseMs(): number {
    return this.#options.leaseMs;
  }

  leaseHolds(): boolean {
    return this.#isTenured && this.#lease.holds;
  }

  isLeader(): boolean {
    return (
      !this.#isLeaving &&
      this.members[0]?.id === this.self.id &&
      this.#membership.isSeated &&
      this.leaseHolds()
    );
  }

  inChargeOf(key: string): string {
    return chosenOf(
      key,
      this.members.map(({ id }) => id),
    );
  }

  nextChange(): Promise<void> {
    return this.#next.promise;
  }

  watch(listener: ViewListener): () => void {
    return this.#listeners.watch(listener);
  }

  /** Connects; resolves when it is known who the members are. Rejects where that takes too long. */
  async connect(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let problem = "no server answers";
    let isKnown = false;
    this.#keeping = keepLink(
      this.#options,
      this.#times.renewMs,
      {
        up: async (link) => {
          const narrow = this.#narrowness(link);
          if (narrow && !isKnown) {
            reject(narrow);
            throw narrow;
          }
          if (narrow) this.#options.log("warning", narrow.message);
          await this.#up(link);
          isKnown = true;
          resolve();
        },
        down: (reason) => {
          problem = reason;
          this.#down();
        },
      },
      this.#ended.signal,
    );
    this.#timer = setInterval(() => this.#turn(), this.#times.renewMs / TURNS_A_RENEWAL).unref();
    const late = setTimeout(
      () => reject(new Error(`The cluster cannot be joined: ${problem}`)),
      CONNECT_WITHIN_MS,
    );
    try {
      await promise;
    } catch (error) {
      await this.halt();
      throw error;
    } finally {
      clearTimeout(late);
    }
  }

  /** Becomes a member; resolves when it serves what it owns. */
  async enter(): Promise<void> {
    this.#membership.enter();
    while (!(this.#membership.isSeated && this.leaseHolds() && !this.#holdings.isWaiting)) {
      this.#ended.signal.throwIfAborted();
      await this.nextChange();
    }
  }

  async leave(): Promise<void> {
    if (this.#ended.signal.aborted) return;
    this.#isLeaving = true;
    const within = AbortSignal.timeout(3 * this.#times.leaseMs + LEAVE_MS);
    await this.#untilDone(() => this.#membership.leave(), within);
    while (this.#membership.isSeated && !within.aborted) await this.#changeOr(within);
    await Promise.race([this.#releasing, ended(within)]);
    await Promise.race([this.wire.idle(ANSWERS_MS), ended(within)]);
    await this.#untilDone(() => this.#membership.end(), within);
    while (this.#isHeldUp() && !within.aborted) await this.#changeOr(within);
    if (within.aborted)
      this.#options.log("warning", "The cluster was left without all others having taken over.");
    await Promise.race([this.wire.idle(LAST_ANSWERS_MS), ended(within)]);
    this.wire.refuseRest();
    await Promise.race([this.#link?.flush().catch(() => {}), ended(within)]);
    await this.halt();
  }

  /** Ends at once, as a crash would; the others notice when the lease has run out. */
  async halt(): Promise<void> {
    this.#ended.abort();
    clearInterval(this.#timer);
    this.wire.end();
    this.#lease.end();
    this.#notify();
    await this.#link?.close();
    await this.#keeping;
  }

  async #up(link: NatsConnection): Promise<void> {
    const { clusterName, replicas = 1 } = this.#options;
    const timeoutMs = this.#times.renewMs;
    this.#link = link;
    const bucket = await openBucket(link, { name: `${clusterName}_members`, timeoutMs, replicas });
    this.wire.attach(link);
    this.#bucket = bucket;
    this.#membership.up(bucket);
    await this.#watchBucket(link, bucket);
  }

  /** What is wrong with a NATS that takes less than the members have to say. */
  #narrowness({ info }: NatsConnection): Error | undefined {
    const { leastPayload = 0 } = this.#options;
    const most = info?.max_payload ?? 0;
    if (most >= leastPayload) return undefined;
    const problem = `NATS takes messages of ${most} bytes, and the limits of things and policies need ${leastPayload}`;
    return new Error(
      `${problem}: raise its max_payload, or lower LIMITS_THINGS_MAX_SIZE and LIMITS_POLICIES_MAX_SIZE.`,
    );
  }

  /** Resolves when all is known; goes on with another watch when one fails. */
  async #watchBucket(link: NatsConnection, bucket: Bucket): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    promise.catch(() => {}); // what is told may be of no use even before the watch is handed back
    const stop = await bucket.watch(
      (entries, isWhole) => {
        try {
          this.#membership.watched(entries, isWhole);
          if (isWhole) resolve();
        } catch (error) {
          this.#options.log("warning", (error as Error).message);
          reject(error);
          void link.close();
        }
      },
      (reason) => {
        if (link.isClosed() || link !== this.#link) return reject(reason);
        this.#options.log("warning", `What the members agree on is asked for again: ${reason.message}.`);
        this.#watchBucket(link, bucket).then(resolve, (error: Error) => {
          reject(error);
          void link.close();
        });
      },
    );
    link.closed().then(stop, stop);
    return promise;
  }

  #down(): void {
    this.#link = undefined;
    this.#bucket = undefined;
    this.#membership.down();
    this.wire.detach();
  }

  #turn(): void {
    this.#membership.tick();
    if (this.#bucket && !this.#isLeaving && this.#membership.isSeated && this.leaseHolds())
      void this.#reaper.look(this.#bucket);
  }

  #viewed(view: View): void {
    const before = this.#view;
    const seat = this.#membership.isSeated ? this.#membership.seat : undefined;
    const keeps = seat !== undefined && this.#seat !== undefined && isSame(seat, this.#seat);
    const ids = view.members.map(({ id }) => id);
    const moved = this.#holdings.view(ids, seat !== undefined, keeps);
    const isBack = seat !== undefined && !keeps && this.#wasMember;
    this.#view = view;
    this.#seat = seat;
    this.#wasMember ||= seat !== undefined;
    this.#isTenured = seat !== undefined || (this.#isTenured && this.#isLeaving);
    const { gone, joined } = changesOf(before, view);
    const change: ViewChange = {
      epoch: view.epoch,
      gone: gone.filter(({ seat: { id } }) => id !== this.self.id).map((one) => this.#goneOf(one)),
      joined: joined.filter(({ id }) => id !== this.self.id),
      ...moved,
    };
    this.#change = change;
    this.#options.log(
      "info",
      `The members of the cluster: ${view.members.map(nameOf).join(", ") || "none"}.`,
    );
    const left = change.gone.filter(({ isCrashed }) => !isCrashed).map(({ member }) => member.id);
    this.wire.viewed(
      view.members.filter(({ id }) => id !== this.self.id),
      new Set(left),
    );
    this.#listeners.viewed(change);
    if (isBack) this.#cameBack();
    this.wire.crashed(change.gone.filter(({ isCrashed }) => isCrashed));
    this.#releasing = this.#releasing.then(() => this.#release(view, change));
    this.#notify();
  }

  #goneOf({ seat, isCrashed }: { readonly seat: Seat; readonly isCrashed: boolean }): Gone {
    const silentMs = this.wire.silentMs(seat.id) ?? this.#records.unheardOf(seat.id);
    return { member: { id: seat.id, name: seat.name }, isCrashed, silentMs };
  }

  async #release(view: View, change: ViewChange): Promise<void> {
    await this.#listeners.release(change);
    if (this.#view !== view || !this.#membership.isSeated) return;
    this.wire.flush(); // whoever serves it next learns first what was said of it last
    this.#membership.adopt(view.epoch);
  }

  /** Serves what is gained once nobody else can. */
  #acquire(): void {
    const { seat, told } = this.#membership;
    if (this.#change && seat && told === this.epoch && this.#holdings.isWaiting && !this.#isHeldUp()) {
      const gained = this.#holdings.acquire();
      this.#listeners.acquired({ ...this.#change, gained });
    }
    this.#notify();
  }

  /** Whether somebody else has not adopted the view yet. */
  #isHeldUp(): boolean {
    return this.#view !== undefined && awaitedFor(this.#view, this.#records.leases, this.self.id).length > 0;
  }

  #stopServing(): void {
    this.#isTenured = false;
    this.#holdings.stop();
    this.#notify();
  }

  #renewed(): void {
    this.#listeners.renewed();
    this.#notify();
  }

  #cameBack(): void {
    this.wire.missed();
    this.#listeners.renewed();
  }

  #notify(): void {
    this.#next.resolve();
    this.#next = Promise.withResolvers<void>();
  }

  async #untilDone(step: () => Promise<void>, within: AbortSignal): Promise<void> {
    while (!within.aborted) {
      try {
        return await step();
      } catch {
        await later(RETRY_PAUSE_MS);
      }
    }
  }

  #changeOr(within: AbortSignal): Promise<void> {
    return Promise.race([this.nextChange(), ended(within)]);
  }
}

const nameOf = ({ id, name }: Member): string => `${name} (${id})`;

/** Resolves when the time is over. */
function ended(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
