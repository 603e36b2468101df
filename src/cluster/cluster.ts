// What the rest of the server knows of its cluster: who is in it, who owns what, and how to talk to the others
// (ARCHITECTURE.md, "Clusters").

import type { Wire } from "./wire.ts";

/** One process of the cluster; a restart makes another member. */
export interface Member {
  /** Unique for each start, of letters, digits, `-` and `_`. */
  readonly id: string;
  /** What an operator calls the node. */
  readonly name: string;
}

/** A part of all entities, by the hash of their IDs. */
export interface Share {
  readonly isEmpty: boolean;
  has(id: string): boolean;
}

/** Of a member that is in the view no longer. */
export interface Gone {
  readonly member: Member;
  /** Whether it was put out because its lease ran out, and did not leave in order: what it had in memory is lost. */
  readonly isCrashed: boolean;
  /** For how many milliseconds nothing had been heard of it, by the clock of this process. */
  readonly silentMs: number;
}

/** What another view means for this member. */
export interface ViewChange {
  readonly epoch: number;
  readonly gone: readonly Gone[];
  readonly joined: readonly Member[];
  /** What this member owned before and does not any more, and the other way round. */
  readonly lost: Share;
  readonly gained: Share;
}

/** Who wants to know of views. The order of the calls is: `viewed`, `release`, and once the others have let go `acquired`. */
export interface ViewListener {
  /** Another view is in force: nothing of `lost` is served any more. Must not throw. */
  viewed?(change: ViewChange): void;
  /**
   * Finishes what was begun for the entities of `lost` and forgets what is kept of them; others serve them once all
   * listeners have resolved. Must neither reject nor take longer than it has to.
   */
  release?(change: ViewChange): Promise<void>;
  /** All others have let go of `gained`; from now on this member serves it. Must not throw. */
  acquired?(change: ViewChange): void;
  /** The lease had run out and holds again: what is known only because others tell of it is void. Must not throw. */
  renewed?(): void;
}

export interface Cluster {
  /** Whether there is never anybody else: a server without NATS. */
  readonly isAlone: boolean;
  readonly self: Member;
  /** Those of the view in force, in the order in which they joined. */
  readonly members: readonly Member[];
  /** Grows with each view. */
  readonly epoch: number;
  /** The ID of the member that owns an entity, whatever its kind, by the view in force. */
  ownerOf(id: string): string;
  /** Whether that is this one. It may not serve it yet. */
  owns(id: string): boolean;
  /** Whether this member may answer for an entity now: it owns it, all others have let go, and its lease holds. */
  mayServe(id: string): boolean;
  /** Whether the lease holds, by the monotonic clock. What is committed when it does not must not be acknowledged. */
  leaseHolds(): boolean;
  /** How long a lease holds at most from when it was renewed, in milliseconds; 0 where nobody else is. */
  readonly leaseMs: number;
  /** Whether this is the member that does what is to be done once in a cluster. */
  isLeader(): boolean;
  /** The ID of the member in charge of something that is no entity, by rendezvous hashing over the members. */
  inChargeOf(key: string): string;
  /** Resolves when the view, or what may be served, is another than now. */
  nextChange(): Promise<void>;
  /** The function ends it. */
  watch(listener: ViewListener): () => void;
  readonly wire: Wire;
  /**
   * Joins the view, once everybody has registered what he answers and watches: until then this member owns nothing. Resolves
   * when it is in the view.
   */
  enter(): Promise<void>;
  /** Hands everything over and leaves; resolves when others may serve it, or after a bounded time. */
  leave(): Promise<void>;
}
