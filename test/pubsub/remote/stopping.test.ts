import { setTimeout as later } from "node:timers/promises";
import { expect, test } from "vitest";
import { sharingIn } from "../../../src/connectivity/lifecycle/sharing.ts";
import { localAnnouncements } from "../../../src/pubsub/announcements.ts";
import { clusteredAnnouncements } from "../../../src/pubsub/remote/clustered-announcements.ts";
import { connectionOf } from "../../connectivity/world.ts";
import { type TestMember, testCluster } from "../../support/cluster.ts";

test("a process stops in peace while others do not answer what it tells them", async () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown) => unhandled.push(error);
  process.on("unhandledRejection", note);
  await using world = await testCluster(2);
  const [stopping, other] = world.members as [TestMember, TestMember];
  const { publish } = clusteredAnnouncements(stopping.cluster, localAnnouncements());
  const sharing = sharingIn(stopping.cluster, () => false);
  other.way.hold();

  publish({
    ...{ policyId: "org.acme:policy", name: "subjectDeletion", value: {}, subjects: ["t:who"] },
    headers: { "correlation-id": "stopping" },
  });
  const leave = sharing.enter(connectionOf({ id: "some" }));
  const left = leave();
  await later(100);
  await stopping.halt();
  await left;
  await later(200);
  expect(unhandled).toEqual([]);
  process.off("unhandledRejection", note);
});
