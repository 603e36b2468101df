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

describe("who may not read members of an array", () => {
  const ops: readonly JsonValue[] = [
    { op: "copy", from: "/list/0", path: "/free" },
    { op: "copy", from: "/list/0/secret", path: "/free" },
    { op: "test", path: "/list/0/secret", value: 1 },
  ];

  test.each(ops)("cannot do so by the JSON patch %j", async (operation) => {
    const { ask, dispatch } = await withLamp();
    const owner = _policy.entries.owner;
    const hidden = {
      ..._policy.entries.limited.resources,
      "thing:/attributes/list/secret": { grant: [], revoke: ["READ"] },
    };
    const entries = { owner, limited: { ..._policy.entries.limited, resources: hidden } };
    await ask("modify", "/", { entries }, { kind: "policy" });
    await ask("modify", "/attributes/list", [{ secret: 1, open: 2 }]);
    const command = { kind: "thing", id: thingId, action: "merge", headers: {}, ...limited } as const;

    await expect(
      dispatch({ ...command, path: ["attributes"], value: [operation], patchFormat: "json-patch" }),
    ).rejects.toMatchObject({ code: "things:attributes.notfound" });
  });
});

describe("a JSON patch that changes nothing", () => {
  const patch = (value: JsonValue) => ({ op: "replace", path: "/fixed", value });

  test.each([2, 7])("is refused where a write of %s would be", async (guess) => {
    const { dispatch } = await withLamp();
    const command = { kind: "thing", id: thingId, action: "merge", headers: {}, ...limited } as const;

    await expect(
      dispatch({ ...command, path: ["attributes"], value: [patch(guess)], patchFormat: "json-patch" }),
    ).rejects.toMatchObject({ code: "things:thing.notmodifiable" });
  });
});

test.each(["/attributes/secret", "/attributes/nothing"])(
  "an empty JSON patch of %s does not tell who may not read it whether it is there",
  async (path) => {
    const { dispatch } = await withLamp();
    const command = { kind: "thing", id: thingId, action: "merge", headers: {}, ...limited } as const;

    await expect(
      dispatch({ ...command, path: path.slice(1).split("/"), value: [], patchFormat: "json-patch" }),
    ).rejects.toMatchObject({ code: "things:attribute.notfound" });
  },
);

describe("a JSON patch", () => {
  async function patchLamp(world: World, value: JsonValue, headers = {}) {
    const command = { kind: "thing", id: thingId, action: "merge", path: ["attributes"], headers } as const;
    return world.dispatch({
      ...command,
      value,
      patchFormat: "json-patch",
      auth: { subjects: ["nginx:ditto"] },
    });
  }

  test("is held against the preconditions before it is applied", async () => {
    const lamp = await withLamp();
    const gone = [{ op: "remove", path: "/gone" }];

    await expect(patchLamp(lamp, gone)).rejects.toMatchObject({ code: "things:merge.invalid" });
    await expect(patchLamp(lamp, gone, { condition: "eq(attributes/free,0)" })).rejects.toMatchObject({
      code: "things:condition.failed",
    });
    await expect(patchLamp(lamp, gone, { "if-match": '"rev:99"' })).rejects.toMatchObject({ status: 412 });
  });

  test("that sets null is not taken for a deletion by if-equal", async () => {
    const lamp = await withLamp();

    const set = patchLamp(lamp, [{ op: "add", path: "/nothing", value: null }], { "if-equal": "skip" });

    expect(await set).toMatchObject({ status: 204, revision: 2 });
    expect(await attributesIn(lamp)).toEqual({ ...attributes, nothing: null });
  });

  test("that a merge cannot say has no conditions on its parts, and is refused rather than done without them", async () => {
    const lamp = await withLamp();
    const headers = { "merge-thing-patch-conditions": { free: "gt(attributes/free,10)" } };
    const ops = [
      { op: "replace", path: "/free", value: 4 },
      { op: "add", path: "/nothing", value: null },
    ];

    await expect(patchLamp(lamp, ops, headers)).rejects.toMatchObject({ code: "things:merge.invalid" });
    expect(await attributesIn(lamp)).toEqual(attributes);
  });

  test("is answered for the resource it was sent to, whatever part of it changed", async () => {
    const lamp = await withLamp();

    const patched = await patchLamp(lamp, [{ op: "replace", path: "/free", value: null }]);

    expect(lamp.published.at(-1)).toMatchObject({ action: "modified", path: ["attributes", "free"] });
    expect(await lamp.ask("retrieve", "/attributes")).toMatchObject({ etag: patched.etag });
  });

  test("cannot nest a value deeper than it can be read again", async () => {
    const lamp = await withLamp();
    const deep = `/x${"/a".repeat(150)}`;
    const nest = [{ op: "add", path: "/x", value: {} }];
    for (let i = 0; i < 6; i++) nest.push(...[{ op: "copy", from: "/x", path: deep } as never]);

    await expect(patchLamp(lamp, nest)).rejects.toMatchObject({ code: "things:merge.invalid" });
  });

  test("that changes the policy is told to those who may read under the new one", async () => {
    const lamp = await withLamp();
    const other = { kind: "policy", id: "org.acme:other" } as const;
    await lamp.ask("create", "/", _policy, other);
    const command = { kind: "thing", id: thingId, action: "merge", path: [], headers: {} } as const;
    const value = [{ op: "replace", path: "/policyId", value: other.id }];

    await lamp.dispatch({
      ...command,
      value,
      patchFormat: "json-patch",
      auth: { subjects: ["nginx:ditto"] },
    });

    expect(lamp.published.at(-1)).toMatchObject({ id: thingId, value: { policyId: other.id } });
    expect(lamp.policies.peek(other.id)?.committed).toBeDefined();
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

test("a condition that compares too much text is refused, not evaluated", async () => {
  const { ask } = await withLamp();
  await ask("modify", "/attributes/long", "ab".repeat(45_000));
  const likes = (count: number, pattern: string) =>
    `and(${Array(count).fill(`like(attributes/long,"${pattern}")`).join(",")})`;
  const read = (condition: string) =>
    ask("retrieve", "/attributes/free", undefined, { headers: { condition } });

  expect(await read(likes(100, "*ba*"))).toMatchObject({ status: 200 });
  expect(await read(likes(120, "*ba*"))).toBe("things:condition.invalid");
  expect(await read(likes(60, `*${"?".repeat(900)}*`))).toBe("things:condition.invalid");
});

describe("conditions on parts of a merge", () => {
  const ofParts = (conditions: readonly string[]) => ({
    headers: {
      "merge-thing-patch-conditions": Object.fromEntries(
        conditions.map((condition, i) => [`attributes/k${i}`, condition]),
      ),
    },
  });

  test("are refused where they have over 256 operators together, the same one counted once", async () => {
    const { ask } = await withLamp();
    const some = (count: number) => Array.from({ length: count }, (_, i) => `not(eq(attributes/free,${i}))`);
    const merge = { attributes: { k0: 1 } };

    expect(await ask("merge", "/", merge, ofParts(some(128)))).toMatchObject({ status: 204 });
    expect(await ask("merge", "/", merge, ofParts(some(129)))).toBe("things:condition.invalid");
    expect(await ask("merge", "/", merge, ofParts(Array(1_000).fill("eq(attributes/free,3)")))).toMatchObject(
      {
        status: 204,
      },
    );
  });

  test("are refused where they have over 65,536 characters together", async () => {
    const { ask } = await withLamp();
    const some = ["a", "b", "c"].map((letter) => `like(attributes/free,"${letter}${"*".repeat(30_000)}")`);

    expect(await ask("merge", "/", { attributes: { k0: 1 } }, ofParts(some))).toBe(
      "things:condition.invalid",
    );
    expect(await ask("merge", "/", { attributes: { k0: 1 } }, ofParts(some.slice(1)))).toMatchObject({
      status: 204,
    });
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

test("a merge of which nothing is left fails with the writes before it", async () => {
  const { ask, journal } = await withLamp({ removeEmptyObjects: true });
  journal.flowing = false;

  const written = ask("modify", "/attributes/free", 4);
  const emptied = ask("merge", "/", { attributes: {} });
  journal.fail();

  expect(await written).toBe("things:thing.unavailable");
  expect(await emptied).toBe("things:thing.unavailable");
});

test("a policy is copied from another thing whatever the preconditions of the new one are", async () => {
  const { ask } = await withLamp();
  const _copyPolicyFrom = `{{ ref:things/${thingId}/policyId }}`;

  const copied = ask(
    "modify",
    "/",
    { _copyPolicyFrom },
    {
      id: "org.acme:copy",
      headers: { "if-none-match": "*" },
    },
  );

  expect(await copied).toMatchObject({ status: 201 });
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

  test("counts also when the thing is replaced and it stays, and nothing keeps its thing from getting smaller", async () => {
    const { ask } = await withLamp({ maxSize: 2_000 });
    await ask("modify", "/attributes/free", 4, putUnit("x".repeat(1_200)));

    expect(await ask("modify", "/", { attributes: { free: "y".repeat(1_200) } })).toBe(
      "things:thing.toolarge",
    );
    expect(await ask("delete", "/attributes/free")).toMatchObject({ status: 204 });
    expect(await ask("modify", "/", { attributes: { free: "y".repeat(1_200) } })).toMatchObject({
      status: 204,
    });
  });
});
