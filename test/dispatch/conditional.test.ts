// Conditions, patterns, patches and metadata where they meet permissions, pending writes and the past.

import { describe, expect, test } from "vitest";
import type { JsonValue } from "../../src/base/json/json.ts";
import { soFar, thingId, type World, worldOn } from "../support/dispatch.ts";
import { HeldJournal } from "../support/journal.ts";

const all = { grant: ["READ", "WRITE"], revoke: [] };
const _policy = {
  entries: {
    owner: { subjects: { "nginx:ditto": { type: "test" } }, resources: { "policy:/": all, "thing:/": all } },
    limited: {
      subjects: { "nginx:limited": { type: "test" } },
      resources: {
        "thing:/": all,
        "thing:/attributes/secret": { grant: [], revoke: ["READ"] },
        "thing:/attributes/fixed": { grant: [], revoke: ["WRITE"] },
      },
    },
  },
};
const limited = { auth: { subjects: ["nginx:limited"] } };
const attributes = { secret: 1, fixed: 2, free: 3 };

async function withLamp(options = {}) {
  const journal = new HeldJournal({ flowing: true });
  const world = worldOn(journal, options);
  expect(await world.ask("create", "/", { attributes, _policy })).toMatchObject({ status: 201 });
  return { ...world, journal };
}

const attributesIn = async ({ ask }: Pick<World, "ask">) => {
  const reply = await ask("retrieve", "/attributes");
  return typeof reply === "string" ? reply : reply.value;
};

describe("who may not read a value", () => {
  test.each(["eq(attributes/secret,1)", "eq(attributes/secret,0)"])(
    "is told by the condition %s that it failed",
    async (condition) => {
      const lamp = await withLamp();
      const headers = { condition };

      expect(await lamp.ask("modify", "/attributes/free", 4, { ...limited, headers })).toBe(
        "things:condition.failed",
      );
      expect(await lamp.ask("retrieve", "/attributes/free", undefined, { ...limited, headers })).toBe(
        "things:condition.failed",
      );
      expect(await attributesIn(lamp)).toEqual(attributes);
    },
  );

  test("cannot ask about it by conditions on parts of a merge", async () => {
    const lamp = await withLamp();
    const headers = { "merge-thing-patch-conditions": { "attributes/free": "eq(attributes/secret,1)" } };

    expect(await lamp.ask("merge", "/", { attributes: { free: 4 } }, { ...limited, headers })).toBe(
      "things:condition.failed",
    );
    expect(await attributesIn(lamp)).toEqual(attributes);
  });

  test.each<[string, JsonValue]>([
    ["test", [{ op: "test", path: "/secret", value: 1 }]],
    ["copy", [{ op: "copy", from: "/secret", path: "/free" }]],
    ["move", [{ op: "move", from: "/secret", path: "/free" }]],
  ])("cannot %s it with a JSON patch", async (_, value) => {
    const { dispatch, ...lamp } = await withLamp();
    const command = { kind: "thing", id: thingId, action: "merge", headers: {}, ...limited } as const;

    await expect(
      dispatch({ ...command, path: ["attributes"], value, patchFormat: "json-patch" }),
    ).rejects.toMatchObject({ code: "things:attributes.notfound" });
    expect(await attributesIn(lamp)).toEqual(attributes);
  });
});

describe("who may not write a value", () => {
  test("cannot delete it by a pattern beside it, whether that matches it or not", async () => {
    const lamp = await withLamp();

    for (const pattern of ["{{ ~f.*~ }}", "{{ ~free~ }}"])
      expect(await lamp.ask("merge", "/attributes", { [pattern]: null }, limited)).toBe(
        "things:thing.notmodifiable",
      );
    expect(await attributesIn(lamp)).toEqual(attributes);
  });

  test("is told first what is wrong with the body", async () => {
    const { ask } = await withLamp();

    expect(await ask("modify", "/attributes/fixed", 5, limited)).toBe("things:attribute.notmodifiable");
    expect(await ask("modify", "/attributes/fixed", { "a/b": 5 }, limited)).toBe("json.key.invalid");
  });
});

describe("while writes are pending", () => {
  test("a condition is judged on what they decided, and its refusal told when they are committed", async () => {
    const { ask, journal } = await withLamp();
    journal.flowing = false;

    const first = ask("modify", "/attributes/free", 4);
    const held = ask("modify", "/attributes/x", 1, { headers: { condition: "eq(attributes/free,4)" } });
    const failed = ask("modify", "/attributes/x", 2, { headers: { condition: "eq(attributes/free,3)" } });

    expect(await soFar(failed)).toBe("pending");
    journal.commitAll();
    expect(await first).toMatchObject({ revision: 2 });
    expect(await held).toMatchObject({ status: 201, revision: 3 });
    expect(await failed).toBe("things:condition.failed");
  });

  test("a merge of which nothing is left is answered after them", async () => {
    const { ask, journal } = await withLamp({ removeEmptyObjects: true });
    journal.flowing = false;
    const headers = { "merge-thing-patch-conditions": { "attributes/free": "eq(attributes/free,0)" } };

    const written = ask("modify", "/attributes/free", 4);
    const emptied = ask("merge", "/", { attributes: { free: 5 } }, { headers });

    expect(await soFar(emptied)).toBe("pending");
    journal.commitAll();
    await written;
    expect(await emptied).toMatchObject({ status: 204, revision: 2 });
    expect(journal.rows.get(`thing ${thingId}`)).toHaveLength(2);
  });
});

describe("metadata", () => {
  const putUnit = (value: string) => ({ headers: { "put-metadata": [{ key: "unit", value }] } });
  const unit = { headers: { "get-metadata": "unit" } };

  test("comes back after the thing left the cache", async () => {
    const { ask } = await withLamp({ capacity: 1_000 });
    await ask("modify", "/attributes/free", 4, putUnit("K"));

    for (let i = 0; i < 5; i++) await ask("create", "/", { attributes }, { id: `org.acme:other-${i}` });

    expect(await ask("retrieve", "/attributes/free", undefined, unit)).toMatchObject({
      value: 4,
      headers: { "ditto-metadata": { unit: "K" } },
    });
  });

  test("is that of its time where the past is read", async () => {
    const { ask } = await withLamp();
    await ask("modify", "/attributes/free", 4, putUnit("K"));
    await ask("merge", "/attributes/free", 5, putUnit("C"));

    const past = (revision: number) =>
      ask("retrieve", "/attributes/free", undefined, {
        headers: { ...unit.headers, "at-historical-revision": revision },
      });

    expect(await past(2)).toMatchObject({ value: 4, headers: { "ditto-metadata": { unit: "K" } } });
    expect(await past(1)).toMatchObject({ value: 3, headers: { "ditto-metadata": {} } });
  });

  test("counts as part of the thing's size", async () => {
    const { ask } = await withLamp({ maxSize: 2_000 });

    expect(await ask("modify", "/attributes/free", 4, putUnit("x".repeat(3_000)))).toBe(
      "things:thing.toolarge",
    );
    expect(await ask("retrieve", "/attributes/free", undefined, unit)).toMatchObject({ revision: 1 });
  });
});
