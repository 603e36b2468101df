import { setTimeout as later } from "node:timers/promises";
import { expect, test } from "vitest";
import { catchingUp } from "../../../src/pubsub/remote/catching-up.ts";
import { type TestMember, testCluster } from "../../support/cluster.ts";

/** Somebody listens there, to what nobody has written. */
const catching = ({ cluster }: TestMember) =>
  catchingUp({
    cluster,
    recent: async () => [],
    between: async () => [],
    newestSince: () => undefined,
    pastOf: async () => [],
    deliver: async () => undefined,
    isMissing: () => false,
    isWanted: () => true,
    onFault: () => undefined,
  });

const ask = (from: TestMember, to: TestMember, epoch: number): Promise<string> =>
  from.cluster.wire.request(to.cluster.self.id, "pubsub.telling", String(epoch), 5_000);

test("a member says that it tells another what it publishes once it sees the view of that", async () => {
  await using world = await testCluster(2);
  const [a, b] = world.members as [TestMember, TestMember];
  const ends = [a, b].map((member) => catching(member));
  expect(await ask(a, b, a.cluster.epoch)).toBe("");

  let isAnswered = false;
  const answer = ask(a, b, a.cluster.epoch + 1).finally(() => {
    isAnswered = true;
  });
  await later(200);
  expect(isAnswered).toBe(false);
  await world.join();
  expect(await answer).toBe("");
  expect(b.cluster.epoch).toBeGreaterThanOrEqual(a.cluster.epoch);
  for (const { stop } of ends) stop();
});

test("and refuses where that does not come, so that nothing waits for ever", async () => {
  await using world = await testCluster(2);
  const [a, b] = world.members as [TestMember, TestMember];
  const { stop } = catching(b);
  await expect(ask(a, b, a.cluster.epoch + 1)).rejects.toThrow("could not answer");
  stop();
});
