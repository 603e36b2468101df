// Namespace root policies at work: who may do what in their namespaces.

import { expect, test } from "vitest";
import { Held } from "../../src/dispatch/entities.ts";
import { extentOf } from "../../src/dispatch/extent.ts";
import { PolicyAccess } from "../../src/dispatch/policy-access.ts";
import { rootsFinder } from "../../src/policies/namespace-roots.ts";
import { entry, owner, policyWorld } from "../support/policy-world.ts";

const rootsOf = rootsFinder([{ pattern: "org.acme", policies: ["ops:root"] }]);
const devops = (granted: readonly string[]) =>
  entry({ "pre:devops": { "thing:/": granted, "policy:/": granted } });
const asDevops = { auth: { subjects: ["pre:devops"] } };

async function rooted() {
  const world = policyWorld({ rootsOf });
  await world.policy("ops:root", { DEVOPS: devops(["READ"]) });
  expect(await world.ask("modify", "/", { attributes: { a: 1 } })).toMatchObject({ status: 201 });
  const read = (id: string) => world.ask("retrieve", "/attributes/a", undefined, { id, ...asDevops });
  return { ...world, read };
}

test("what a root grants counts for things and policies of its namespace only", async () => {
  const world = await rooted();
  await world.ask("modify", "/", { attributes: { a: 1 } }, { id: "org.other:lamp" });

  expect(await world.read("org.acme:lamp")).toMatchObject({ status: 200, value: 1 });
  expect(await world.get("org.acme:lamp", {}, "pre:devops")).toMatchObject({ status: 200 });
  expect(await world.read("org.other:lamp")).toBe("things:attribute.notfound");
});

test("the namespace that counts is that of the policy, whatever that of the thing", async () => {
  const world = await rooted();
  const thing = { policyId: "org.acme:lamp", attributes: { a: 1 } };
  await world.ask("modify", "/", thing, { id: "org.other:lamp" });

  expect(await world.read("org.other:lamp")).toMatchObject({ status: 200 });
});

test("a change of a root takes effect with the next command, and so does its end", async () => {
  const world = await rooted();
  await world.read("org.acme:lamp");
  await world.put("ops:root", "/entries/DEVOPS", devops([]));
  expect(await world.read("org.acme:lamp")).toBe("things:attribute.notfound");

  await world.put("ops:root", "/entries/DEVOPS", devops(["READ"]));
  expect(await world.read("org.acme:lamp")).toMatchObject({ status: 200 });
  await world.ask("delete", "/", undefined, { kind: "policy", id: "ops:root" });
  expect(await world.read("org.acme:lamp")).toBe("things:attribute.notfound");
});

test("who may change a new policy by a root need not be named in it", async () => {
  const world = await rooted();
  const value = { entries: { owner } };
  const create = () => world.put("org.acme:new", "/", value, "pre:devops");

  expect(await create()).toBe("policies:policy.notcreatable");
  await world.put("ops:root", "/entries/DEVOPS", devops(["READ", "WRITE"]));
  expect(await create()).toBe(201);
});

test("a policy needs an administrator of its own, unless the operator does without", async () => {
  const administered = { entries: { guest: entry({ "nginx:user": { "thing:/": ["READ"] } }) } };
  const create = async (lockoutPrevention: boolean) => {
    const world = policyWorld({ rootsOf, lockoutPrevention });
    await world.policy("ops:root", { DEVOPS: devops(["READ", "WRITE"]) });
    return world.put("org.acme:new", "/", administered, "pre:devops");
  };

  expect(await create(true)).toBe("policies:policy.modificationinvalid");
  expect(await create(false)).toBe(201);
});

test("a new thing finds the root of its policy, though nothing is in memory", async () => {
  const world = policyWorld({ rootsOf });
  await world.policy("ops:root", { DEVOPS: devops(["READ", "WRITE"]) });
  world.policies.drop(world.policies.peek("ops:root") as Held);
  const thing = { _policy: { entries: { owner } } };

  expect(await world.ask("modify", "/", thing, asDevops)).toMatchObject({ status: 201 });
});

test("a root that does not exist grants nothing, and is told of once", async () => {
  const world = policyWorld();
  await world.policy("org.acme:a");
  await world.policy("org.acme:b");
  const told: string[] = [];
  const access = new PolicyAccess(world.policies, { rootsOf, onMissingRoot: (root) => told.push(root) });
  for (const id of ["org.acme:a", "org.acme:b"]) {
    const policy = (await world.policies.load(id)) as Held;
    await access.load(policy);
    expect(access.enforcer(policy)?.forSubjects(["nginx:ditto"]).hasPartial("thing", [], "READ")).toBe(true);
  }

  expect(told).toEqual(["ops:root"]);
});

test("without roots nothing is looked up for a policy that does not exist", () => {
  const { access } = policyWorld();

  expect(access.isReady(new Held("org.acme:none", undefined, extentOf(), 0, false))).toBe(true);
});
