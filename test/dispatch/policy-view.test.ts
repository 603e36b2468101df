// policy-view=resolved: what a policy comes to, for those who may read where it comes from.

import { beforeEach, expect, test } from "vitest";
import { rootsFinder } from "../../src/policies/namespace-roots.ts";
import type { Reply } from "../../src/signals/reply.ts";
import { entry, type PolicyWorld, policyWorld } from "../support/policy-world.ts";

const mine = "org.acme:mine";
const resolved = { "policy-view": "resolved" };
let world: PolicyWorld;

beforeEach(async () => {
  world = policyWorld({ rootsOf: rootsFinder([{ pattern: "org.acme", policies: ["ops:root"] }]) });
  await world.policy("ops:root", { DEVOPS: entry({ "pre:devops": { "policy:/": ["READ"] } }) });
  await world.policy("org.other:template", {
    open: entry({ "nginx:user": { "policy:/entries/open": ["READ"] } }),
    extra: entry({}, { importable: "explicit" }),
  });
  await world.policy(
    mine,
    { guest: entry({ "nginx:user": { "policy:/": ["READ"] } }) },
    { "org.other:template": { entries: ["extra"] } },
  );
});

const labelsFor = async (subject: string, headers: object = resolved) => {
  const reply = (await world.get(mine, headers as never, subject)) as Reply;
  return Object.keys((reply.value as { entries: object }).entries);
};

test("it holds the entries of imports and of namespace roots, under their labels", async () => {
  expect(await labelsFor("nginx:ditto")).toEqual([
    "owner",
    "guest",
    "imported-org.other:template-owner",
    "imported-org.other:template-open",
    "imported-org.other:template-extra",
    "nsimported-ops:root-owner",
    "nsimported-ops:root-DEVOPS",
  ]);
});

test("it leaves out the entries that the caller may not read where they come from", async () => {
  expect(await labelsFor("nginx:user")).toEqual(["owner", "guest", "imported-org.other:template-open"]);
});

test("a caller whose READ comes from a namespace root sees what the policy itself lets him see", async () => {
  await world.policy("org.acme:template", { open: entry({}) });
  await world.put(mine, "/imports", { "org.acme:template": {} });

  expect(await labelsFor("pre:devops")).toContain("imported-org.acme:template-open");
});

test("it has no entity tag, and is answered whatever the preconditions say", async () => {
  const tag = ((await world.get(mine)) as Reply).etag as string;
  expect(tag).toBe('"rev:1"');
  for (const headers of [{ "if-none-match": tag }, { "if-match": '"rev:9"' }]) {
    const reply = await world.get(mine, { ...resolved, ...headers });
    expect(reply).toMatchObject({ status: 200, revision: 1 });
    expect(reply).not.toHaveProperty("etag");
  }
});

test("fields are selected of it", async () => {
  const fields = [["entries", "imported-org.other:template-open", "importable"], ["_revision"]];
  const reply = await world.dispatch({
    kind: "policy",
    id: mine,
    action: "retrieve",
    path: [],
    fields,
    headers: resolved,
    auth: { subjects: ["nginx:ditto"] },
  });

  expect(reply.value).toEqual({
    entries: { "imported-org.other:template-open": { importable: "implicit" } },
    _revision: 1,
  });
});

test("it changes with an imported policy at once", async () => {
  await world.put("org.other:template", "/entries/open/importable", "never");

  expect(await labelsFor("nginx:ditto")).not.toContain("imported-org.other:template-open");
});

test("of the past it shows the present, as Ditto does", async () => {
  await world.put(mine, "/entries/later", entry({}));

  expect(await labelsFor("nginx:ditto", { ...resolved, "at-historical-revision": 1 })).toContain("later");
  expect(await labelsFor("nginx:ditto", { "at-historical-revision": 1 })).toEqual(["owner", "guest"]);
});

test.each(["", " ", "original", " Original "])("'%s' asks for the policy as it is stored", async (view) => {
  expect(await labelsFor("nginx:ditto", { "policy-view": view })).toEqual(["owner", "guest"]);
});

test("there is no other view; whoever may not read the policy is not told so", async () => {
  expect(await world.get(mine, { "policy-view": "bad" })).toBe("policies:view.invalid");
  expect(await world.get(mine, { "policy-view": "bad" }, "nginx:nobody")).toBe("policies:policy.notfound");
  expect(await world.get(mine, resolved, "nginx:nobody")).toBe("policies:policy.notfound");
});

test("parts of a policy have one view only", async () => {
  const parts = await world.ask("retrieve", "/entries", undefined, {
    kind: "policy",
    id: mine,
    headers: { "policy-view": "bad" },
  });

  expect(Object.keys((parts as Reply).value as object)).toEqual(["owner", "guest"]);
});
