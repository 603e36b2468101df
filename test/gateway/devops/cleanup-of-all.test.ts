// The clean-up as operators ask for it, whichever member of a cluster they ask.

import { expect, test } from "vitest";
import type { JsonObject } from "../../../src/base/json/json.ts";
import type { Cluster } from "../../../src/cluster/cluster.ts";
import { startCleaning } from "../../../src/dispatch/history/cleaning.ts";
import { type CleanupOfAll, cleanupOfAll } from "../../../src/gateway/http/devops/cleanup-of-all.ts";
import { testCluster } from "../../support/cluster.ts";
import { worldOn } from "../../support/dispatch.ts";
import { HeldJournal } from "../../support/journal.ts";

function cleaningOf(cluster: Cluster) {
  const journal = new HeldJournal({ flowing: true });
  const { things, policies } = worldOn(journal);
  const replay = things.rules;
  return startCleaning({
    ...{ journal, cluster, log: { info: () => undefined, warn: () => undefined } },
    rules: { thing: things.rules, policy: policies.rules, connection: replay, predictor: replay },
    settings: { cleanupEnabled: true, historyRetention: 1_000, cleanupQuietPeriod: 3_600_000 },
  } as never);
}

test("settings are in force on all members, and the leader is who tells them and how far it is", async () => {
  await using net = await testCluster(2);
  await net.settled();
  const [leader, other] = net.clusters as [Cluster, Cluster];
  const cleanings = [leader, other].map(cleaningOf);
  const told = (cleaning: (typeof cleanings)[number] | undefined, state: string): JsonObject => ({
    ...cleaning?.health(),
    state,
  });
  const [ofLeader, ofOther] = cleanings;
  const asked = [leader, other].map(
    (cluster, i): CleanupOfAll =>
      cleanupOfAll(
        { ...cleanings[i]!, health: () => told(cleanings[i], i === 0 ? "RUNNING" : "IN_QUIET_PERIOD") },
        cluster,
      ),
  );
  const atOther = asked[1]!;

  expect(await atOther.health()).toMatchObject({ state: "RUNNING" });
  expect(await atOther.modify({ "quiet-period": "24d", enabled: false })).toMatchObject({ enabled: false });
  for (const cleaning of [ofLeader, ofOther])
    expect(cleaning?.config()).toMatchObject({ "quiet-period": "24d", enabled: false });
}, 30_000);
