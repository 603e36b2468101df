import { beforeEach, describe, expect, test, vi } from "vitest";
import type { JsonValue } from "../../src/base/json/json.ts";
import { checkPermissions } from "../../src/dispatch/check-permissions.ts";
import type { Access } from "../../src/policies/enforcer.ts";
import { entry, type PolicyWorld, policyWorld } from "../support/policy-world.ts";

const thing = "org.acme:lamp";
const policy = "org.acme:rules";
let world: PolicyWorld;

beforeEach(async () => {
  world = policyWorld();
  await world.policy(policy, {
    reader: entry({
      "nginx:user": { "thing:/attributes": ["READ"], "message:/inbox": ["WRITE"], "policy:/": ["READ"] },
    }),
    scoped: entry({ "nginx:user": { "thing:/features": ["READ", "FLY"] } }, { namespaces: ["org.other"] }),
  });
  await world.ask("modify", "/", { policyId: policy });
});

const check = (body: JsonValue, ...subjects: readonly string[]) =>
  checkPermissions(world, body, { subjects: subjects.length > 0 ? subjects : ["nginx:user"] });
const ask = (resource: JsonValue, hasPermissions: JsonValue, entityId: JsonValue = thing) => ({
  resource,
  entityId,
  hasPermissions,
});

test("each check is answered by its name, in the order asked", async () => {
  const answers = await check({
    z: ask("thing:/attributes/a", ["READ"]),
    a: ask("thing:/attributes", ["READ", "WRITE"]),
    message: ask("message:/inbox/messages/x", ["WRITE"]),
    policy: ask("policy:/entries", ["READ"], policy),
    write: ask("policy:/", ["WRITE"], policy),
    ["__proto__"]: ask("thing:/attributes", ["READ"]),
  });

  expect(JSON.stringify(answers)).toBe(
    '{"z":true,"a":false,"message":true,"policy":true,"write":false,"__proto__":true}',
  );
});

test("a permission that is given on a part only is not given", async () => {
  await world.put(policy, "/entries/reader/resources/thing:/attributes/secret", {
    grant: [],
    revoke: ["READ"],
  });

  expect(
    await check({ all: ask("thing:/attributes", ["READ"]), part: ask("thing:/attributes/a", ["READ"]) }),
  ).toEqual({ all: false, part: true });
});

test("a permission that is named over and over is judged once, however long its resource is", async () => {
  const deep = `thing:${"/a".repeat(5_000)}`;
  await world.put(policy, `/entries/reader/resources/${deep}`, { grant: ["READ"], revoke: [] });
  const subjects = ["nginx:user"];
  const access = world.access.enforcer(await world.policies.load(policy))?.forSubjects(subjects);
  const judged = vi.spyOn(access as Access, "hasUnrestricted");

  expect(await checkPermissions(world, { it: ask(deep, Array(40_000).fill("READ")) }, { subjects })).toEqual({
    it: true,
  });

  expect(judged).toHaveBeenCalledTimes(1);
});

test("others have their turn while many are answered", async () => {
  let turns = 0;
  const counting = setInterval(() => turns++, 0);
  const names = Array.from({ length: 5_000 }, (_, i) => `n${i}`);

  await check(Object.fromEntries(names.map((name) => [name, ask("thing:/attributes", ["READ"])])));
  clearInterval(counting);

  expect(turns).toBeGreaterThan(1);
});

test("several subjects are judged together", async () => {
  const body = { it: ask("thing:/", ["READ", "WRITE"]) };

  expect(await check(body, "nginx:user", "nginx:ditto")).toEqual({ it: true });
  expect(await check(body, "nginx:user")).toEqual({ it: false });
});

test("nobody has a permission on what does not exist, none at all, or one without a meaning", async () => {
  expect(
    await check({
      thing: ask("thing:/attributes", ["READ"], "org.acme:none"),
      policy: ask("policy:/", ["READ"], "org.acme:none"),
      none: ask("thing:/attributes", []),
      unknown: ask("thing:/features", ["FLY"]),
    }),
  ).toEqual({ thing: false, policy: false, none: false, unknown: false });
});

test("entries that are meant for other namespaces count, as in Ditto", async () => {
  expect(await check({ it: ask("thing:/features", ["READ"]) })).toEqual({ it: true });
});

test("what a name stands for decides which entity is asked, also where a thing and a policy share it", async () => {
  await world.policy(thing, { guest: entry({ "nginx:user": { "policy:/": ["WRITE"] } }) });

  expect(await check({ p: ask("policy:/", ["WRITE"]), t: ask("thing:/attributes", ["READ"]) })).toEqual({
    p: true,
    t: true,
  });
});

test("the checks may lie in a member of the body, and members that are no objects are left out", async () => {
  const it = ask("thing:/attributes", ["READ"]);

  expect(await check({ permissionChecks: { it } })).toEqual({ it: true });
  expect(await check({ it, other: 1, list: [] })).toEqual({ it: true });
  expect(await check({})).toEqual({});
});

test("more checks than are looked up at a time are answered all", async () => {
  const names = Array.from({ length: 100 }, (_, i) => `c${i}`);
  const answers = await check(
    Object.fromEntries(names.map((name) => [name, ask("thing:/attributes", ["READ"])])),
  );

  expect(answers).toEqual(Object.fromEntries(names.map((name) => [name, true])));
});

describe("a body is refused", () => {
  test.each<[string, JsonValue]>([
    ["json.invalid", []],
    ["json.invalid", { a: ask("nothing", ["READ"]) }],
    ["json.invalid", { a: ask("search:/", ["READ"]) }],
    ["json.invalid", { a: ask(1, ["READ"]) }],
    ["json.invalid", { a: ask("thing:/", "READ") }],
    ["json.invalid", { a: ask("thing:/", [1]) }],
    ["json.pointer.invalid", { a: ask("thing:/a//b", ["READ"]) }],
    ["json.field.missing", { a: {} }],
    ["json.field.missing", { a: { resource: "thing:/" } }],
    ["json.field.missing", { a: { resource: "thing:/", entityId: thing } }],
    ["things:id.invalid", { a: ask("message:/", ["READ"], "lamp") }],
    ["policies:id.invalid", { a: ask("policy:/", ["READ"], "lamp") }],
  ])("with %s: %j", async (code, body) => {
    await expect(check(body)).rejects.toMatchObject({ code });
  });
});
