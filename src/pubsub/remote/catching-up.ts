// When something has to be caught up with: messages of a member were lost, it crashed, this one was cut off, or could not take all.

import { setTimeout as pause } from "node:timers/promises";
import type { Cluster, ViewChange } from "../../cluster/cluster.ts";
import { ownersOf, slotOf } from "../../cluster/slots.ts";
import { type CatchUpParts, type CatchUps, catchUps } from "./catch-up.ts";

export interface CatchingUp extends Pick<CatchUps, "holdOf"> {
  /** An event could not be taken. */
  missed(): void;
  stop(): void;
}

export interface CatchingUpParts extends Omit<CatchUpParts, "areTelling"> {
  readonly cluster: Cluster;
}

const TELLING = "pubsub.telling";
/** A member that does not see the view of the asker in so long is asked again. */
const VIEW_MS = 2_000;

/** How long it is remembered who owned what before. */
const VIEWS_MS = 120_000;
const VIEWS = 20;
/** How often this member looks whether it still counts. */
const LOOK_MS = 250;
/** So long it may take from a lapse of the lease until it is told that it holds again, while it holds. */
const LAPSE_STANDS_MS = 30_000;
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
    while (cluster.epoch < Number(epoch)) await Promise.race([cluster.nextChange(), pause(VIEW_MS)]);
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
    renewed: () => rounds.begin({ has: () => true, since: held.lapsed(), isOpen: false }),
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

/** When the lease held for the last time before it ran out. A process that stands still does not look either. */
function heldUntil(holds: () => boolean): { look(): void; lapsed(): number } {
  let last = performance.now();
  let lapsed: number | undefined;

  function look(): void {
    const now = performance.now();
    const isLapse = !holds() || now - last > 2 * LOOK_MS;
    if (isLapse) lapsed ??= last;
    else if (lapsed !== undefined && now - lapsed > LAPSE_STANDS_MS) lapsed = undefined; // it was only busy
    if (holds()) last = now;
  }

  return {
    look,
    lapsed() {
      look();
      const since = (lapsed ?? last) - LOOK_MS;
      lapsed = undefined;
      return since;
    },
  };
}
