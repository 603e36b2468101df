// What is known of blocked namespaces while it is read, and where it cannot be read.

import { expect, test } from "vitest";
import { alone } from "../../../src/cluster/alone.ts";
import type { ViewListener } from "../../../src/cluster/cluster.ts";
import { BlockedNamespaces } from "../../../src/dispatch/maintenance/blocked-namespaces.ts";
import { maintenance } from "../../../src/dispatch/maintenance/maintenance.ts";

/** Answers to reads, one after another; the last again and again. */
function answering(...answers: readonly (() => Promise<readonly string[]>)[]) {
  let asked = 0;
  const list = () => (answers[Math.min(asked++, answers.length - 1)] as (typeof answers)[number])();
  return { blocked: new BlockedNamespaces(list), asked: () => asked };
}

test("what is blocked or unblocked while an older answer is on its way stays so", async () => {
  for (const [older, change, newer] of [
    [[], "add", ["org.acme"]],
    [["org.acme"], "remove", []],
  ] as const) {
    const gate = Promise.withResolvers<readonly string[]>();
    const { blocked } = answering(
      () => gate.promise,
      async () => newer,
    );
    const reading = blocked.read();

    blocked[change]("org.acme");
    gate.resolve(older);
    await reading;

    expect(blocked.has("org.acme:lamp"), change).toBe(change === "add");
    expect(blocked.isQuiet).toBe(change === "remove");
  }
});

test("who asks while it is read gets what is stored by then", async () => {
  const gate = Promise.withResolvers<readonly string[]>();
  const { blocked } = answering(
    () => gate.promise,
    async () => ["org.acme"],
  );
  const reading = [blocked.read(), blocked.read()];
  gate.resolve([]);
  await Promise.all(reading);

  expect(blocked.has("org.acme:lamp")).toBe(true);
});

test("while it cannot be read nothing is certain, and it is read again until it can", async () => {
  const away = () => Promise.reject(new Error("no connection"));
  const { blocked, asked } = answering(
    async () => [],
    away,
    away,
    async () => ["org.acme"],
  );
  await blocked.read();
  expect(blocked.isQuiet).toBe(true);
  const warned: string[] = [];
  let listener: ViewListener = {};
  const none = { settledOf: async () => undefined, forget: () => undefined };
  const kept = maintenance({
    database: undefined as never,
    cluster: {
      ...alone("test"),
      watch(given) {
        listener = given;
        return () => undefined;
      },
    },
    ...{ blocked, things: none, policies: none },
    flushSnapshots: async () => undefined,
    reindex: async () => undefined,
    log: { info: () => undefined, warn: (_, message) => warned.push(message) },
  });

  listener.renewed?.();
  listener.renewed?.();
  expect(blocked.isQuiet).toBe(false);
  await expect(blocked.settled()).rejects.toMatchObject({ status: 503 });
  expect(blocked.isQuiet).toBe(false);

  await expect.poll(() => blocked.has("org.acme:lamp"), { timeout: 5_000 }).toBe(true);
  await blocked.settled();
  expect([asked(), warned.length]).toEqual([4, 2]);
  await kept.stop();
});
