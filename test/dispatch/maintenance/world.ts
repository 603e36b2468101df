// Entities that namespaces can be blocked of, on a database of the test's own.

import { alone } from "../../../src/cluster/alone.ts";
import type { Cluster } from "../../../src/cluster/cluster.ts";
import { openPast } from "../../../src/dispatch/history/open-past.ts";
import { pastStates } from "../../../src/dispatch/history/past-states.ts";
import type { BlockedNamespaces } from "../../../src/dispatch/maintenance/blocked-namespaces.ts";
import { blockable, blockableJournal, type Entrances } from "../../../src/dispatch/maintenance/guards.ts";
import {
  blockedNamespaces,
  type Maintenance,
  type MaintenanceParts,
  maintenance,
} from "../../../src/dispatch/maintenance/maintenance.ts";
import { policyActions } from "../../../src/dispatch/policy-actions.ts";
import { policyLimits } from "../../../src/dispatch/policy-rules.ts";
import type { Storage } from "../../../src/journal/open.ts";
import { tokenIntegrationSubject } from "../../../src/ops/token-integration.ts";
import { type World, worldOn } from "../../support/dispatch.ts";

export interface MaintainedWorld {
  readonly world: World;
  readonly entrances: Entrances;
  readonly blocked: BlockedNamespaces;
  readonly maintenance: Maintenance;
  /** Namespaces of which the index was written anew. */
  readonly reindexed: string[];
}

export async function maintainedWorld(
  { journal, database }: Storage,
  cluster: Cluster = alone("test"),
  over: Partial<MaintenanceParts> = {},
): Promise<MaintainedWorld> {
  const blocked = blockedNamespaces(database);
  await blocked.read();
  const world = worldOn(blockableJournal(journal, blocked));
  const reindexed: string[] = [];
  const kept = maintenance({
    database,
    cluster,
    blocked,
    things: world.things,
    policies: world.policies,
    async flushSnapshots() {
      await world.snapshots.thing.flush();
      await world.snapshots.policy.flush();
    },
    async reindex(namespace) {
      reindexed.push(namespace);
    },
    log: { info: () => undefined, warn: () => undefined },
    ...over,
  });
  const entrances = blockable(
    {
      dispatch: world.dispatch,
      act: policyActions(
        world.parts,
        tokenIntegrationSubject.parse("integration:{{ policy-entry:label }}"),
        () => policyLimits(100_000, {}),
      ),
      live: {
        send: async () => ({ is: "accepted" }),
        retrieveSmart: async () => ({ is: "accepted" }),
        answer: () => undefined,
      },
      openPast: openPast(world.parts),
      pastStates: pastStates(world.parts),
    },
    blocked,
  );
  return { world, entrances, blocked, maintenance: kept, reindexed };
}
