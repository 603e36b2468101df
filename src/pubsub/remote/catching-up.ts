// When something has to be caught up with: messages of a member were lost, it crashed, this one was cut off, or could not take all.

import { setTimeout as pause } from "node:timers/promises";
import type { Cluster, ViewChange } from "../../cluster/cluster.ts";
import { ownersOf, slotOf } from "../../cluster/slots.ts";
import { type CatchUpParts, type CatchUps, catchUps } from "./catch-up.ts";
import { heldUntil, LOOK_MS } from "./held-until.ts";

export interface CatchingUp extends Pick<CatchUps, "holdOf"> {
  /** An event could not be taken. */
  missed(): void;
  stop(): void;
}

export interface CatchingUpParts extends Omit<CatchUpParts, "areTelling"> {
  readonly cluster: Cluster;
}

const TELLING = "pubsub.telling";
/** A member that does not see the view of the asker in so long refuses, and is asked again. */
const VIEW_MS = 2_000;

/** How long it is remembered who owned what before. */
const VIEWS_MS = 120_000;
const VIEWS = 20;
/** What could not be taken in so long is caught up with together. */
const GATHER_MS = 1_000;

interface View {
  readonly owners: readonly string[];
  /** By the monotonic clock, when it was followed by another. */
  until: number;
}

export function catchingUp({ cluster, ...parts }: CatchingUpParts): CatchingUp {
  const { wire } = cluster;
  const rounds = catchUps({ ...parts, areTelling: () => wire.requestAll(TELLING, String(cluster.epoch)) });
  let views: View[] = [viewNow()];
  const held = heldUntil(() => cluster.leaseHolds());
  let gathering: NodeJS.Timeout | undefined;

  const look = setInterval(held.look, LOOK_MS).unref();
  // Who sees a member in the view tells it what it publishes.
  wire.onRequest(TELLING, async (epoch) => {
    const late = pause(VIEW_MS, true, { ref: false });
    while (cluster.epoch < Number(epoch))
      if (await Promise.race([cluster.nextChange(), late])) throw new Error("that view is not seen yet");
    return "";
  });

  function viewNow(): View {
    return { owners: ownersOf(cluster.members.map(({ id }) => id)), until: Number.POSITIVE_INFINITY };
  }

  /** The things that a member owns, or owned a moment ago. */
  function thingsOf(member: string): (id: string) => boolean {
    const those = views.map(({ owners }) => owners);
    return (id) => {
      const slot = slotOf(id);
      return those.some((owners) => owners[slot] === member);
    };
  }

  function viewed({ gone }: ViewChange): void {
    const now = performance.now();
    for (const { member, isCrashed, silentMs } of gone) {
      if (isCrashed) rounds.begin({ has: thingsOf(member.id), since: now - silentMs, isOpen: true });
    }
    const [current] = views;
    if (current) current.until = now;
    views = [viewNow(), ...views.filter(({ until }) => until > now - VIEWS_MS)].slice(0, VIEWS);
  }

  wire.onLoss((from, silentMs) => {
    rounds.begin({ has: thingsOf(from), since: performance.now() - silentMs, isOpen: false });
  });
  const unwatch = cluster.watch({
    viewed,
    // The lease was renewed by the same connection by which the others speak: it worked so long before the lease ran out.
    renewed: () => rounds.begin({ has: () => true, since: held.lapsed() - cluster.leaseMs, isOpen: false }),
  });

  return {
    holdOf: rounds.holdOf,
    missed() {
      const since = performance.now();
      // At once, so that nothing newer of the thing overtakes it; what is missed meanwhile follows.
      if (!gathering) rounds.begin({ has: () => true, since, isOpen: false });
      gathering ??= setTimeout(() => {
        gathering = undefined;
        rounds.begin({ has: () => true, since, isOpen: false });
      }, GATHER_MS).unref();
    },
    stop() {
      clearInterval(look);
      clearTimeout(gathering);
      unwatch();
    },
  };
}
