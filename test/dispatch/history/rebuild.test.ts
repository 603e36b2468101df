import { describe, expect, test } from "vitest";
import { headersToKeep } from "../../../src/dispatch/history/kept-headers.ts";
import { momentOf } from "../../../src/dispatch/history/moment.ts";
import { retrieveAt } from "../../../src/dispatch/history/rebuild.ts";
import type { Journal, Moment } from "../../../src/journal/journal.ts";
import type { EntityState } from "../../../src/signals/signal.ts";
import { append, row, upTo } from "../../journal/appends.ts";
import { storages, useJournal } from "../../journal/storages.ts";
import { thingId, type World, worldOn } from "../../support/dispatch.ts";
import { HeldJournal } from "../../support/journal.ts";

const committed = ({ things }: World, id = thingId): EntityState => things.peek(id)?.committed as EntityState;

/** What history answers, or the code of its refusal. */
const past = async (journal: Journal, world: World, moment: Moment, id = thingId) => {
  const reading = retrieveAt(journal, world.things.rules, id, moment, committed(world, id));
  return reading.then(
    (found) => found,
    (error: { code?: string }) => error.code,
  );
};

describe.each(storages)("history on $name", ({ openStorage }) => {
  let journal: Journal;
  useJournal(openStorage, (opened) => {
    journal = opened;
  });

  test("gives every state that a thing ever had, through deletion and a new life", async () => {
    const world = worldOn(journal);
    const states: EntityState[] = [];
    const change = async (...command: Parameters<World["ask"]>) => {
      expect(await world.ask(...command)).toHaveProperty("revision");
      states.push(committed(world));
    };
    await change("create", "/", { attributes: { n: 0 } });
    for (const n of upTo(230)) {
      await change("modify", `/attributes/k${n % 7}`, n);
      if (n % 50 === 0) await world.snapshots.thing.flush();
    }
    await change("delete", "/");
    await change("create", "/", { policyId: thingId, attributes: { again: true } });
    for (const n of upTo(20)) await change("merge", "/attributes", { n });

    for (const state of states.slice(0, -1)) {
      expect(await past(journal, world, { revision: state.revision })).toEqual({
        state,
        headers: { "entity-revision": state.revision },
      });
    }
    expect(await past(journal, world, { revision: states.length })).toBeUndefined();
  });

  test("finds what was newest before a time", async () => {
    const id = "org.acme:timed";
    const birth = { action: "created", path: "/", value: '{"attributes":{}}' };
    const rows = [1, 2, 3].map((revision) =>
      row(id, revision, { timestamp: revision * 1_000, ...(revision === 1 ? birth : {}) }),
    );
    await append(journal, ...rows);
    const world = worldOn(journal);
    await world.things.load(id);
    const revisionAt = async (moment: Moment) => {
      const found = await past(journal, world, moment, id);
      return typeof found === "object" ? found.state.revision : found;
    };

    expect(await revisionAt({ before: 1_000 })).toBe("things:thing.history.notfound");
    expect(await revisionAt({ before: 1_001 })).toBe(1);
    expect(await revisionAt({ before: 3_000 })).toBe(2);
    expect(await revisionAt({ before: 3_001 })).toBe(3);
    expect(await revisionAt({ before: Date.now() + 60_000 })).toBe("things:thing.history.notfound");
    expect(await revisionAt({ revision: 2, before: 1_500 })).toBe(1);
    expect(await revisionAt({ revision: 1, before: 9_000 })).toBe(1);
  });

  test("of a long life without snapshots is read in pieces, and shorter the next time", async () => {
    const id = "org.acme:long";
    const birth = row(id, 1, { action: "created", path: "/", value: '{"attributes":{}}' });
    await append(journal, birth, ...upTo(2_000).map((n) => row(id, n + 1, { value: `${n}` })));
    const world = worldOn(journal);
    await world.things.load(id);
    let pieces = 0;
    const counting: Journal = {
      ...journal,
      readEvents: (...asked) => {
        pieces++;
        return journal.readEvents(...asked);
      },
    };

    expect(await past(counting, world, { revision: 1_501 }, id)).toMatchObject({
      state: { revision: 1_501, value: { attributes: { x: 1_500 } } },
    });
    expect(pieces).toBeGreaterThan(1);
    pieces = 0;
    expect(await past(counting, world, { revision: 1_400 }, id)).toMatchObject({
      state: { value: { attributes: { x: 1_399 } } },
    });
    expect(pieces).toBe(0);
  });
});

describe("history", () => {
  /** A thing of three revisions whose rows the test may change. */
  const threeRevisions = async () => {
    const journal = new HeldJournal({ flowing: true });
    const world = worldOn(journal);
    await world.ask("create", "/", {});
    await world.ask("modify", "/attributes", { n: 2 });
    await world.ask("modify", "/attributes", { n: 3 });
    const rows = journal.rows.get(`thing ${thingId}`) ?? [];
    return { journal, world, rows };
  };

  test("tells the kept headers of the event, and its revision", async () => {
    const { journal, world, rows } = await threeRevisions();
    rows[1] = { ...rows[1]!, headers: '{"ditto-originator":"nginx:a","n":1,"response-required":true}' };

    expect(await past(journal, world, { revision: 2 })).toMatchObject({
      headers: { "ditto-originator": "nginx:a", n: 1, "entity-revision": 2 },
    });
    expect(
      Object.keys(((await past(journal, world, { revision: 2 })) as { headers: object }).headers),
    ).toEqual(["ditto-originator", "n", "entity-revision"]);
  });

  test.each([0, 4, 99_999, Number.MAX_SAFE_INTEGER])(
    "does not know revision %i of three",
    async (revision) => {
      const { journal, world } = await threeRevisions();

      expect(await past(journal, world, { revision })).toBe("things:thing.history.notfound");
    },
  );

  test("does not guess what is missing", async () => {
    const { journal, world, rows } = await threeRevisions();
    journal.rows.set(`thing ${thingId}`, rows.slice(1));

    expect(await past(journal, world, { revision: 1 })).toBe("things:thing.history.notfound");
    expect(await past(journal, world, { revision: 2 })).toBe("things:thing.history.notfound");
  });

  test("speaks of policies in their own errors", async () => {
    const journal = new HeldJournal({ flowing: true });
    const world = worldOn(journal);
    const state = { value: {}, revision: 3, created: 0, modified: 0 };

    await expect(
      retrieveAt(journal, world.policies.rules, "org.acme:p", { revision: 9 }, state),
    ).rejects.toMatchObject({ code: "policies:policy.history.notfound", status: 404 });
  });

  test("of a thing that changes faster than snapshots are written has no long gaps", async () => {
    const journal = new HeldJournal({ flowing: true });
    const world = worldOn(journal);
    await world.ask("create", "/", {});
    const last = 2_000;
    for (const n of upTo(last)) await world.ask("modify", "/attributes", { n });
    await world.snapshots.thing.flush();

    const kept = (journal.kept.get(`thing ${thingId}`) ?? []).map(({ revision }) => revision);
    const gaps = [...kept, last].map((revision, i) => revision - (kept[i - 1] ?? 0));

    expect(Math.max(...gaps)).toBeLessThanOrEqual(200);
    expect(journal.kept.get(`thing ${thingId}`)).toContainEqual(
      expect.objectContaining({ revision: 1_001 - (1_001 % 100), state: expect.stringContaining('"n":999') }),
    );
  });
});

describe("the moment of a command", () => {
  test.each([
    [{}, undefined],
    [{ "at-historical-revision": 3 }, { revision: 3 }],
    [{ "at-historical-timestamp": 1_000 }, { before: 1_000 }],
    [
      { "at-historical-revision": 3, "at-historical-timestamp": 1_000 },
      { revision: 3, before: 1_000 },
    ],
  ])("with headers %j is %j", (headers, moment) => {
    expect(momentOf(headers)).toEqual(moment);
  });
});

describe("the headers that history keeps", () => {
  const headers = { "correlation-id": "c", "response-required": false, own: ["a"] };

  test("are the named ones that a command has, with who caused it", () => {
    const names = ["correlation-id", "ditto-originator", "own", "absent", "toString"];

    expect(headersToKeep(headers, "nginx:ditto", names)).toBe(
      '{"correlation-id":"c","ditto-originator":"nginx:ditto","own":["a"]}',
    );
  });

  test("are none where none is named or there", () => {
    expect(headersToKeep(headers, "nginx:ditto", [])).toBeNull();
    expect(headersToKeep(headers, "nginx:ditto", ["absent"])).toBeNull();
  });
});
