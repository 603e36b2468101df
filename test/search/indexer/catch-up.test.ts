// What a member looks through when others crash, by the parts that it asks.

import { setTimeout as later } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import type { Share, ViewListener } from "../../../src/cluster/cluster.ts";
import { CatchUp } from "../../../src/search/indexer/catch-up.ts";
import { Steady } from "../../../src/search/indexer/steady.ts";

const stopping: AbortController[] = [];
afterEach(() => {
  for (const one of stopping.splice(0)) one.abort();
});

const none: Share = { isEmpty: true, has: () => false };
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** One that looks; `recent` is what the journal answers. */
function looking(times: { againMs: number; rememberedMs: number }, recent: () => Promise<readonly never[]>) {
  const controller = new AbortController();
  stopping.push(controller);
  const { signal } = controller;
  const asked: string[] = [];
  const forgotten: string[] = [];
  let listener: ViewListener = {};
  new CatchUp(
    {
      cluster: {
        isAlone: false,
        owns: () => true,
        watch(given) {
          listener = given;
          return () => undefined;
        },
      },
      recent: () => recent() as never,
      steady: new Steady(log, signal),
      backwardness: {
        usualMs: 0,
        async of(member) {
          asked.push(member);
          return 0;
        },
        forget: async (member) => void forgotten.push(member),
      },
      tendedAgo: async () => undefined,
      tell: () => true,
      settled: async () => undefined,
      ...{ signal, log },
    },
    times,
  );
  const crash = (id: string) =>
    listener.viewed?.({
      epoch: 1,
      gone: [{ member: { id, name: id }, isCrashed: true, silentMs: 0 }],
      ...{ joined: [], lost: none, gained: none },
    });
  return { asked, forgotten, crash };
}

test("how far a crashed member was behind is forgotten when nobody can have to know it any more", async () => {
  const { asked, forgotten, crash } = looking({ againMs: 10, rememberedMs: 400 }, async () => []);
  crash("a");
  await later(200);
  expect(asked.filter((member) => member === "a")).toHaveLength(2);
  expect(forgotten).toEqual([]);

  await expect.poll(() => forgotten).toEqual(["a"]);
});

test("a crash that was seen while a look failed is looked into", async () => {
  const gate = Promise.withResolvers<never>();
  let pages = 0;
  // Things and policies of the first look are there; the second look fails.
  const { asked, crash } = looking({ againMs: 10, rememberedMs: 60_000 }, async () =>
    ++pages === 3 ? gate.promise : [],
  );
  crash("a");
  await expect.poll(() => pages).toBe(3);

  crash("b");
  gate.reject(new Error("nobody foresaw this"));

  await expect.poll(() => asked.filter((member) => member === "b").length).toBe(2);
});
