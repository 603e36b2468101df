// Reads that show several things, parts of them, the past, or the policy beside the thing: all cut to what may be read.

import { beforeAll, describe, expect, test } from "vitest";
import { THING } from "./commands.ts";
import type { Answer, Asked, Door } from "./doors.ts";
import { viewOf } from "./expected.ts";
import { create, make, policyIn } from "./fixtures.ts";
import { type Place, sharedPlace } from "./place.ts";
import { hasSome } from "./rights.ts";
import { SITUATIONS, type Situation, USER } from "./situations.ts";

let place: Place;
const present = SITUATIONS.filter(({ afterMs }) => afterMs === undefined);
const numberOf = (situation: string) => SITUATIONS.findIndex(({ name }) => name === situation);
const thingIn = (situation: string) => `m:t-${numberOf(situation)}`;

beforeAll(async () => {
  place = await sharedPlace();
  const things = SITUATIONS.map((_, number) =>
    create("thing", `m:t-${number}`, { policyId: `m:p-${number}`, ...THING }),
  );
  await make(place.owner, things);
});

const read = (id: string, more: Partial<Asked> = {}): Asked => ({
  kind: "thing",
  id,
  action: "retrieve",
  path: "",
  ...more,
});
const notFound = { status: 404, error: "things:thing.notfound" };

/** What a list shows of the things of all situations that last. */
const listed = () =>
  present.flatMap(({ name, thing }) => {
    const whole = { thingId: thingIn(name), policyId: `m:p-${numberOf(name)}`, ...THING };
    return hasSome(thing, [], "READ") ? [viewOf("thing", thing, [], whole)] : [];
  });
const ids = () => present.map(({ name }) => thingIn(name));

test("a list of named things over HTTP leaves out what may not be read, and shows of the rest what may", async () => {
  const [answer] = await (place.doors[0] as Door).ask([
    { kind: "thing", id: `?ids=${ids().join(",")}`, action: "retrieve", path: "" },
  ]);
  expect(answer).toEqual({ status: 200, value: listed() });
});

test("a list of named things over a WebSocket shows the same", async () => {
  const [answer] = await (place.doors[1] as Door).ask([
    { kind: "thing", id: "m:_", action: "retrieve", path: "", value: { thingIds: ids() } },
  ]);
  expect(answer).toEqual({ status: 200, value: listed() });
});

test("a list of all things holds those of which something may be read", async () => {
  const [answer] = await (place.doors[0] as Door).ask([
    { kind: "thing", id: "?option=size(200)&fields=thingId", action: "retrieve", path: "" },
  ]);
  const items = answer?.value as { thingId: string }[];
  const expected = listed().map((thing) => ({ thingId: (thing as { thingId: string }).thingId }));
  expect(items.filter(({ thingId }) => ids().includes(thingId))).toHaveLength(expected.length);
  expect(items).toEqual(expect.arrayContaining(expected));
});

describe.each([
  ["HTTP", 0],
  ["WebSocket", 1],
] as const)("over %s", (_, index) => {
  const ask = async (command: Asked): Promise<Answer | undefined> =>
    (await (place.doors[index] as Door).ask([command]))[0];

  test("selected fields are those of them that may be read", async () => {
    const fields = "thingId,policyId,attributes/a/x,attributes/b,features";
    expect(await ask(read(thingIn("partial"), { fields }))).toEqual({
      status: 200,
      value: {
        thingId: thingIn("partial"),
        attributes: { a: { x: 1 } },
        features: { f: { properties: { p: THING.features.f.properties.p } } },
      },
    });
    expect(await ask(read(thingIn("partial"), { fields: "attributes/b,_revision" }))).toEqual({
      status: 200,
      value: { _revision: 1 },
    });
    expect(await ask(read(thingIn("no permission"), { fields: "thingId" }))).toEqual(notFound);
  });

  // SupervisorInlinePolicyEnrichment asks for the policy as the same caller, and leaves it out where that is refused.
  test("the policy beside a thing is what the caller may read of it", async () => {
    expect(await ask(read(thingIn("write only"), { fields: "_policy" }))).toEqual(notFound);
    const policy = (situation: string): Asked => ({ ...read(`m:p-${numberOf(situation)}`), kind: "policy" });
    for (const situation of ["read only", "imported by name"]) {
      const alone = await ask(policy(situation));
      expect(await ask(read(thingIn(situation), { fields: "_policy" }))).toEqual({
        status: 200,
        value: { _policy: alone?.value },
      });
    }
    const reader = `m:thing-reader-${index}`;
    const granted = (resource: string, ...grant: string[]) => ({ [resource]: { grant, revoke: [] } });
    const entries = {
      owner: {
        subjects: { "pre:owner": { type: "test" } },
        resources: { ...granted("policy:/", "READ", "WRITE"), ...granted("thing:/", "READ", "WRITE") },
      },
      reader: { subjects: { [USER]: { type: "test" } }, resources: granted("thing:/", "READ") },
    };
    await make(place.owner, [
      create("policy", reader, { entries }),
      create("thing", reader, { policyId: reader }),
    ]);
    expect(await ask(read(reader, { fields: "thingId,_policy" }))).toEqual({
      status: 200,
      value: { thingId: reader },
    });
  });

  // The policy is asked as any RetrievePolicy: by all of its entries, with its ID for everybody who may read a part.
  test.each(["scoped to another namespace", "partial"])(
    "the policy beside a thing is not cut by the thing's namespace, and has its ID (%s)",
    async (situation) => {
      const id = `m:beside-${index}-${numberOf(situation)}`;
      const rights = SITUATIONS[numberOf(situation)] as Situation;
      const { entries } = policyIn(rights);
      const everybody = {
        subjects: { [USER]: { type: "test" } },
        resources: { "thing:/thingId": { grant: ["READ"], revoke: [] } },
      };
      await make(place.owner, [
        create("policy", id, { entries: { ...entries, everybody } }),
        create("thing", id, { policyId: id }),
      ]);
      const alone = await ask({ kind: "policy", id, action: "retrieve", path: "", fields: "policyId" });
      expect(alone).toEqual({ status: 200, value: { policyId: id } });
      const beside = await ask(read(id, { fields: "_policy/policyId" }));
      expect(beside).toEqual({ status: 200, value: { _policy: { policyId: id } } });
    },
  );

  test("the past is shown by the policy as it is now", async () => {
    const headers = { "at-historical-revision": "1" };
    expect(await ask(read(thingIn("no permission"), { headers }))).toEqual(notFound);
    expect(await ask(read(thingIn("partial"), { headers, path: "/attributes" }))).toEqual({
      status: 200,
      value: { a: THING.attributes.a },
    });
    expect(await ask(read(thingIn("partial"), { headers, path: "/attributes/b" }))).toEqual({
      status: 404,
      error: "things:attribute.notfound",
    });
  });

  test("what one subject of a caller lacks another one brings, and a revoke for one holds for all", async () => {
    const id = `m:two-${index}`;
    const entry = (subject: string, grant: string[], revoke: string[]) => ({
      subjects: { [subject]: { type: "test" } },
      resources: { "thing:/": { grant, revoke: [] }, "thing:/attributes/a": { grant: [], revoke } },
    });
    const entries = {
      owner: {
        subjects: { "pre:owner": { type: "test" } },
        resources: { "policy:/": { grant: ["READ", "WRITE"], revoke: [] } },
      },
      full: entry("pre:owner", ["READ", "WRITE"], []),
      one: entry("pre:one", ["READ"], []),
      two: entry("pre:two", ["WRITE"], ["READ"]),
    };
    await make(place.owner, [
      create("policy", id, { entries }),
      create("thing", id, { policyId: id, ...THING }),
    ]);
    const command = (action: string, path: string, value?: number): Asked => ({
      kind: "thing",
      id,
      action,
      path,
      value,
    });
    const commands = [command("retrieve", "/attributes"), command("modify", "/attributes/b", 1)];
    const answersOf = async (subjects: string) => ((await place.as(subjects))[index] as Door).ask(commands);
    const forbidden = { status: 403, error: "things:attribute.notmodifiable" };
    expect(await answersOf("pre:one")).toEqual([{ status: 200, value: THING.attributes }, forbidden]);
    expect(await answersOf("pre:two")).toEqual([
      { status: 404, error: "things:attributes.notfound" },
      { status: 204 },
    ]);
    expect(await answersOf("pre:one,pre:two")).toEqual([{ status: 200, value: { b: 1 } }, { status: 204 }]);
  });

  // ThingEnforcerActor.errorForExistingThingWithDeletedPolicy
  test("a thing whose policy is gone is hidden from everybody, whatever its part, and cannot be written", async () => {
    const id = `m:orphan-${index}`;
    const entries = {
      user: {
        subjects: { [USER]: { type: "test" } },
        resources: {
          "policy:/": { grant: ["READ", "WRITE"], revoke: [] },
          "thing:/": { grant: ["READ", "WRITE"], revoke: [] },
        },
      },
    };
    await (place.doors[0] as Door).ask([create("policy", id, { entries })]);
    await (place.doors[0] as Door).ask([create("thing", id, { policyId: id, ...THING })]);
    expect(await ask({ kind: "policy", id, action: "delete", path: "" })).toEqual({ status: 204 });
    const forbidden = { status: 403, error: "things:thing.notmodifiable" };
    expect(await ask(read(id))).toEqual(notFound);
    expect(await ask(read(id, { path: "/attributes/a" }))).toEqual(notFound);
    for (const action of ["modify", "merge", "delete"])
      expect(
        await ask(read(id, { action, path: "/attributes/a", ...(action !== "delete" && { value: 1 }) })),
      ).toEqual(forbidden);
    expect(await ask(read(id, { action: "delete" }))).toEqual(forbidden);
  });
});
