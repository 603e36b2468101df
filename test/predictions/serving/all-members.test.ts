// What is asked of all members that serve predictors.

import { afterEach, beforeEach, expect, test } from "vitest";
import { runtimesOfAll } from "../../../src/predictions/all-members.ts";
import type { PredictorRuntime } from "../../../src/predictions/serving-api.ts";
import { type TestMember, testCluster } from "../../support/cluster.ts";

const unhandled: unknown[] = [];
const note = (error: unknown) => void unhandled.push(error);
beforeEach(() => {
  process.on("unhandledRejection", note);
});
afterEach(() => {
  process.off("unhandledRejection", note);
});

test("the end of the cluster while a file is taken in here is told to who asks, and ends nothing else", async () => {
  await using made = await testCluster(2);
  const [a, b] = made.members as [TestMember, TestMember];
  b.way.hold();
  const here = Promise.withResolvers<void>();
  const runtime = { fileStored: () => here.promise } as unknown as PredictorRuntime;
  const stored = Promise.resolve(runtimesOfAll(runtime, a.cluster).fileStored("p", "1"));
  stored.catch(() => undefined);
  await a.halt();
  await new Promise((go) => setTimeout(go, 500));
  here.resolve();
  await expect(stored).rejects.toThrow();
  expect(unhandled).toEqual([]);
  await b.halt();
});
