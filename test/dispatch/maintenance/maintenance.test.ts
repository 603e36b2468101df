// Blocking and erasing namespaces on the embedded database.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { JsonValue } from "../../../src/base/json/json.ts";
import { alone } from "../../../src/cluster/alone.ts";
import type { Cluster } from "../../../src/cluster/cluster.ts";
import { purgeNamespace } from "../../../src/dispatch/maintenance/purge.ts";
import { beginPurge } from "../../../src/dispatch/maintenance/stored/blocked-statements.ts";
import type { JournalUnavailable } from "../../../src/journal/journal.ts";
import { openStorage, type Storage } from "../../../src/journal/open.ts";
import type { Command, CommandAction } from "../../../src/signals/signal.ts";
import { ditto } from "../../support/dispatch.ts";
import { type MaintainedWorld, maintainedWorld } from "./world.ts";

let dataDir: string;
let storage: Storage;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "pollux-maintenance-"));
  storage = await openStorage({ dataDir });
});
afterAll(async () => {
  await storage.journal.close();
  await rm(dataDir, { recursive: true, force: true });
});

let doomed: string;
let count = 0;
beforeEach(() => {
  doomed = `org.doomed${++count}`;
});

/** Through the guarded entrance; refusals become their codes. */
async function ask(
  { entrances }: MaintainedWorld,
  action: CommandAction,
  id: string,
  value?: JsonValue,
  path: readonly string[] = [],
) {
  const command: Command = { kind: "thing", id, action, path, headers: {}, auth: ditto };
  try {
    return (await entrances.dispatch(value === undefined ? command : { ...command, value })).status;
  } catch (error) {
    return (error as { code?: string }).code ?? error;
  }
}

/** Rows of a namespace in all tables that may have some. */
async function rowsOf(namespace: string): Promise<number> {
  const between = `>= '${namespace}:' and`;
  const until = `< '${namespace};'`;
  const counts = await Promise.all(
    [
      `select count(*) as n from journal where id ${between} id ${until}`,
      `select count(*) as n from snapshot where id ${between} id ${until}`,
      `select count(*) as n from kept_snapshot where id ${between} id ${until}`,
      `select count(*) as n from policy_due where id ${between} id ${until}`,
      `select count(*) as n from search_thing where id ${between} id ${until}`,
      `select count(*) as n from search_access where namespace = '${namespace}'`,
      `select count(*) as n from predictor_state where thing_id ${between} thing_id ${until}`,
    ].map((sql) => storage.database.query(sql, [])),
  );
  return counts.reduce((sum, [row]) => sum + Number(row?.n), 0);
}

test("a blocked namespace is refused whatever is asked, others go on, and once unblocked it is as before", async () => {
  const kept = await maintainedWorld(storage);
  const lamp = `${doomed}:lamp`;
  expect(await ask(kept, "create", lamp, {})).toBe(201);

  await kept.maintenance.block(doomed);

  expect(await ask(kept, "retrieve", lamp)).toBe("namespace.blocked");
  expect(await ask(kept, "modify", lamp, 1, ["attributes", "n"])).toBe("namespace.blocked");
  expect(await ask(kept, "create", `${doomed}:new`, {})).toBe("namespace.blocked");
  expect(await ask(kept, "create", `org.other${count}:lamp`, { policyId: lamp })).toBe("namespace.blocked");
  expect(await ask(kept, "create", `org.other${count}:lamp`, {})).toBe(201);
  await expect(kept.entrances.openPast("thing", lamp, {}, ditto, {})).rejects.toMatchObject({ status: 409 });
  await expect(
    kept.entrances.live.send(
      { says: "live-event", id: lamp, action: "modified", path: [], headers: {}, auth: ditto },
      { labels: [], responseRequired: false, timeoutMs: 0 } as never,
      {} as never,
      undefined,
    ),
  ).rejects.toMatchObject({ code: "namespace.blocked" });
  await expect(
    kept.entrances.act({ id: lamp, action: "activateTokenIntegration", headers: {}, auth: ditto }),
  ).rejects.toMatchObject({ code: "namespace.blocked" });

  await kept.maintenance.unblock(doomed);
  expect(await ask(kept, "retrieve", lamp)).toBe(200);
  await kept.maintenance.stop();
});

test("blocking outlives the process", async () => {
  const before = await maintainedWorld(storage);
  await before.maintenance.block(doomed);
  await before.maintenance.stop();

  const after = await maintainedWorld(storage);

  expect(await ask(after, "create", `${doomed}:lamp`, {})).toBe("namespace.blocked");
  expect((await after.maintenance.list()).map(({ namespace }) => namespace)).toContain(doomed);
  await after.maintenance.unblock(doomed);
  await after.maintenance.stop();
});

test("what was begun before the block is committed before it is answered", async () => {
  const kept = await maintainedWorld(storage);
  const lamp = `${doomed}:lamp`;
  await ask(kept, "create", lamp, {});
  const writes = Array.from({ length: 200 }, (_, n) => ask(kept, "modify", lamp, n, ["attributes", "n"]));

  await kept.maintenance.block(doomed);
  const [row] = await storage.database.query(
    "select max(revision) as n from journal where id = $1 and kind = 'thing'",
    [lamp],
  );

  expect(await Promise.all(writes)).toEqual([201, ...Array.from({ length: 199 }, () => 204)]);
  expect(Number(row?.n)).toBe(201);
  await kept.maintenance.unblock(doomed);
  await kept.maintenance.stop();
});

test("nothing is written that goes on by itself while the namespace is blocked", async () => {
  const kept = await maintainedWorld(storage);
  const lamp = `${doomed}:lamp`;
  await ask(kept, "create", lamp, {});
  await kept.maintenance.block(doomed);
  const rows = await rowsOf(doomed);

  // Past the entrance, as an expiry of subjects or what was loading when the block came.
  const refusal = await kept.world
    .dispatch({
      kind: "thing",
      id: lamp,
      action: "modify",
      path: ["attributes"],
      value: {},
      headers: {},
      auth: ditto,
    })
    .catch((error: JournalUnavailable & { status: number }) => error.status);

  expect(refusal).toBe(503);
  expect(await rowsOf(doomed)).toBe(rows);
  await kept.maintenance.unblock(doomed);
  await kept.maintenance.stop();
});

test("erasing takes everything of the namespace and nothing else, and what is made there afterwards is new", async () => {
  const kept = await maintainedWorld(storage);
  // IDs beside those of the namespace in any order of texts.
  const neighbours = [`${doomed}.sub:lamp`, `${doomed}a:lamp`, `org.${"a".repeat(count)}:${doomed}`];
  const lamps = Array.from({ length: 30 }, (_, n) => `${doomed}:lamp-${n}`);
  for (const id of [...neighbours, ...lamps]) await ask(kept, "create", id, { attributes: { n: 0 } });
  for (let n = 0; n < 120; n++) await ask(kept, "modify", `${doomed}:lamp-0`, n, ["attributes", "n"]);
  await kept.world.snapshots.thing.flush();
  await storage.database.query(
    "insert into predictor_state (predictor_id, thing_id, revision, fingerprint, state) values ($1, $2, 1, 'f', 's'), ($1, $3, 1, 'f', 's'), ($4, $2, 1, 'f', 's')",
    ["org.p:one", `${doomed}:lamp-1`, `${doomed}.sub:lamp`, "org.p:two"],
  );
  await kept.maintenance.block(doomed);

  const gone = await kept.maintenance.purge(doomed);

  expect(gone.thing).toBeGreaterThan(150);
  expect(gone.policy).toBeGreaterThan(59);
  expect(await rowsOf(doomed)).toBe(0);
  expect(kept.reindexed).toEqual([doomed]);
  for (const id of neighbours) expect(await ask(kept, "retrieve", id)).toBe(200);
  expect(await rowsOf(`${doomed}.sub`)).toBeGreaterThan(4);
  expect((await kept.maintenance.list()).find(({ namespace }) => namespace === doomed)?.purge).toBe("done");

  await kept.maintenance.unblock(doomed);
  expect(await ask(kept, "retrieve", `${doomed}:lamp-0`)).toBe("things:thing.notfound");
  expect(await ask(kept, "create", `${doomed}:lamp-0`, {})).toBe(201);
  const reply = await kept.world.ask("retrieve", "/", undefined, { id: `${doomed}:lamp-0` });
  expect(reply).toMatchObject({ revision: 1 });
  await kept.maintenance.stop();
});

test("what is not blocked is not erased", async () => {
  const kept = await maintainedWorld(storage);
  await ask(kept, "create", `${doomed}:lamp`, {});

  await expect(kept.maintenance.purge(doomed)).rejects.toMatchObject({
    code: "namespace.blocked",
    status: 409,
  });

  expect(await ask(kept, "retrieve", `${doomed}:lamp`)).toBe(200);
  await kept.maintenance.stop();
});

test("a namespace erased in part stays blocked, and the next start goes on with it", async () => {
  const before = await maintainedWorld(storage);
  await ask(before, "create", `${doomed}:lamp`, {});
  await before.maintenance.block(doomed);
  await beginPurge(storage.database, doomed); // as a process leaves it that dies meanwhile
  await expect(before.maintenance.unblock(doomed)).rejects.toMatchObject({ status: 409 });
  await before.maintenance.stop();

  const after = await maintainedWorld(storage);
  after.maintenance.start();
  await expect.poll(() => rowsOf(doomed)).toBe(0);
  await expect
    .poll(async () => (await after.maintenance.list()).find((one) => one.namespace === doomed)?.purge)
    .toBe("done");

  await after.maintenance.unblock(doomed);
  await after.maintenance.stop();
});

test("what lands while the namespace is erased is erased as well", async () => {
  const late =
    "insert into predictor_state (predictor_id, thing_id, revision, fingerprint, state) values ('org.p:late', $1, 1, 'f', 's')";
  const kept = await maintainedWorld(storage, undefined, {
    reindex: async () => storage.database.query(late, [`${doomed}:lamp`]),
  });
  await ask(kept, "create", `${doomed}:lamp`, {});
  await kept.maintenance.block(doomed);

  const gone = await kept.maintenance.purge(doomed);

  expect(await rowsOf(doomed)).toBe(0);
  expect(gone.thing).toBeGreaterThan(1);
  await kept.maintenance.stop();
});

test("who still erases after somebody else was done finds nothing to erase", async () => {
  const kept = await maintainedWorld(storage);
  await ask(kept, "create", `${doomed}:lamp`, {});
  await kept.maintenance.block(doomed);
  const { signal } = new AbortController();
  const rows = await rowsOf(doomed);
  expect(rows).toBeGreaterThan(0);

  expect(await purgeNamespace(storage.database, doomed, signal)).toMatchObject({ thing: 0, policy: 0 });
  expect(await rowsOf(doomed)).toBe(rows);

  await Promise.all([beginPurge(storage.database, doomed), kept.maintenance.purge(doomed)]);
  expect(await rowsOf(doomed)).toBe(0);
  await kept.maintenance.stop();
});

test("what one member cannot do of a block the others are told all the same", async () => {
  const told: string[] = [];
  const here = alone("test");
  const cluster: Cluster = {
    ...here,
    wire: {
      ...here.wire,
      requestAll: async (_, payload) => void told.push((JSON.parse(payload) as { says: string }).says),
    },
  };
  const forgotten: string[] = [];
  const kept = await maintainedWorld(storage, cluster, {
    flushSnapshots: () => Promise.reject(new Error("the disk is full")),
    onBlocked: (namespace) => void forgotten.push(namespace),
  });

  await expect(kept.maintenance.block(doomed)).rejects.toThrow("the disk is full");

  expect([told, forgotten]).toEqual([["block"], [doomed]]);
  expect(await ask(kept, "create", `${doomed}:lamp`, {})).toBe("namespace.blocked");
  await kept.maintenance.stop();
});
