// What could not be done at once: begun in the order in which it was asked, not one after the other, and not after its time.

import { setTimeout as later } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Cluster } from "../../../src/cluster/cluster.ts";
import { StateVoid, serviceUnavailable } from "../../../src/dispatch/errors.ts";
import { Owners, type Runner } from "../../../src/dispatch/forwarding/owners.ts";
import { Turns } from "../../../src/dispatch/turns.ts";
import { testCluster } from "../../support/cluster.ts";

/** Writes that do `here` what this says, about one entity. */
function writes(
  cluster: Cluster,
  id: string,
  here: (n: number) => Promise<number>,
  timeMs = 15_000,
): Runner<number, number> {
  const owners = new Owners({ cluster, turns: new Turns(), onFault: () => undefined, timeMs });
  return owners.handle<number, number>({
    topic: "test.write",
    idOf: () => id,
    isRead: () => false,
    here,
    printAsked: String,
    readAsked: Number,
    printDone: String,
    readDone: Number,
    unavailable: () => serviceUnavailable(),
  });
}

test("what waited for an owner is begun at once when it serves, and newcomers do not wait behind all of it", async () => {
  await using all = await testCluster(1, { leaseMs: 900 });
  const [{ cluster, way }] = all.members as [(typeof all.members)[0]];
  const runner = writes(cluster, "org.acme:hot", (n) => later(5, n));
  let open = 0;
  const begun: Promise<number>[] = [];
  const ask = () => {
    open++;
    begun.push(runner.run(begun.length).finally(() => open--));
  };
  way.hold();
  await expect.poll(() => cluster.leaseHolds(), { timeout: 5_000 }).toBe(false);

  for (let n = 0; n < 500; n++) ask();
  way.heal();
  await expect.poll(() => cluster.leaseHolds(), { timeout: 5_000 }).toBe(true);
  const started = performance.now();
  for (let n = 0; performance.now() - started < 1_500; await later(1))
    for (; n < performance.now() - started; n++) ask();

  expect(open).toBeLessThan(200);
  expect(await Promise.all(begun)).toEqual(begun.map((_, n) => n));
});

test("what has to be done again keeps its place before what was asked later", async () => {
  await using all = await testCluster(1);
  const [{ cluster }] = all.members as [(typeof all.members)[0]];
  const done: number[] = [];
  let isVoid = true;
  const runner = writes(cluster, "org.acme:void", async (n) => {
    if (isVoid) {
      await later(n % 7);
      throw Object.assign(serviceUnavailable(), { cause: new StateVoid("a test says so") });
    }
    done.push(n);
    return n;
  });

  const early = Array.from({ length: 100 }, (_, n) => runner.run(n));
  await later(100);
  isVoid = false;
  const late = Array.from({ length: 100 }, (_, n) => runner.run(100 + n));
  await Promise.all([...early, ...late]);

  expect(done).toEqual(done.map((_, n) => n));
});

test("an owner that may not serve yet does not begin what its asker has given up", async () => {
  await using all = await testCluster(1);
  const [{ cluster: asker }] = all.members as [(typeof all.members)[0]];
  const letGo = Promise.withResolvers<void>();
  asker.watch({ release: ({ lost }) => (lost.isEmpty ? Promise.resolve() : letGo.promise) });
  const joining = await all.prepare();
  const entered = joining.enter();
  await expect.poll(() => asker.members.length, { timeout: 5_000 }).toBe(2);
  await expect.poll(() => joining.cluster.members.length, { timeout: 5_000 }).toBe(2);
  const id = all.idOf(joining.cluster);
  const begun: number[] = [];
  const here = async (n: number) => begun.push(n);
  writes(joining.cluster, id, here);

  await expect(writes(asker, id, here, 500).run(1)).rejects.toMatchObject({ status: 503 });
  letGo.resolve();
  await entered;
  await later(100);

  expect(joining.cluster.mayServe(id)).toBe(true);
  expect(begun).toEqual([]);
});

/** The same member, before it hears of the newest view as long as this `isBehind`. */
function lagging(real: Cluster, its: { isBehind: boolean }, owner: string): Cluster {
  return new Proxy(real, {
    get(target, key) {
      if (its.isBehind && key === "epoch") return target.epoch - 1;
      if (its.isBehind && key === "ownerOf") return () => owner;
      if (its.isBehind && key === "mayServe") return () => false;
      const value: unknown = Reflect.get(target, key);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

test("an owner that has not heard that it is one is not overtaken by what is asked of it next", async () => {
  await using all = await testCluster(2);
  const [asker, owner] = all.members as [(typeof all.members)[0], (typeof all.members)[0]];
  const id = all.idOf(owner.cluster);
  const its = { isBehind: true };
  const done: number[] = [];
  const here = async (n: number) => done.push(n);
  writes(lagging(owner.cluster, its, asker.cluster.self.id), id, here);
  const runner = writes(asker.cluster, id, here);
  asker.way.delay(100); // each way

  const first = runner.run(1);
  await later(60);
  const second = runner.run(2);
  await later(70);
  its.isBehind = false;
  await Promise.all([first, second]);

  expect(done).toEqual([1, 2]);
});
