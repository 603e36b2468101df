// Entity tags of parts of a policy, and what is recorded of changes that change nothing.

import { beforeEach, expect, test } from "vitest";
import type { JsonValue } from "../../src/base/json/json.ts";
import type { Reply } from "../../src/signals/reply.ts";
import type { CommandAction, DittoHeaders } from "../../src/signals/signal.ts";
import { entry, type PolicyWorld, policyWorld } from "../support/policy-world.ts";

const id = "org.acme:p";
let world: PolicyWorld;

beforeEach(async () => {
  world = policyWorld();
  await world.policy("org.acme:other");
  await world.policy(id, { guest: entry({}) }, { "org.acme:other": { entries: ["owner"] } });
});

const ask = (action: CommandAction, path: string, value?: JsonValue, headers: DittoHeaders = {}) =>
  world.ask(action, path, value, { kind: "policy", id, headers });
const tagOf = async (action: CommandAction, path: string, value?: JsonValue) =>
  ((await ask(action, path, value)) as Reply).etag;

test("what may be added to an entry is deleted once, and then nothing is recorded any more", async () => {
  await ask("modify", "/entries/guest/allowedAdditions", ["subjects"]);
  expect(await ask("delete", "/entries/guest/allowedAdditions")).toMatchObject({ status: 204, revision: 3 });
  expect(await ask("delete", "/entries/guest/allowedAdditions")).toMatchObject({ status: 204, revision: 3 });
  expect(world.published.map(({ revision }) => revision)).toEqual([1, 1, 2, 3]);
});

test("what may be added has an entity tag while it is absent, which is not that of an empty list", async () => {
  const path = "/entries/guest/allowedAdditions";
  const absent = (await tagOf("retrieve", path)) as string;
  expect(await ask("modify", path, [], { "if-match": absent })).toMatchObject({ status: 204 });
  const empty = await tagOf("retrieve", path);

  expect(absent).toMatch(/^"hash:/);
  expect(empty).not.toBe(absent);
  expect(await tagOf("delete", path)).toBe(absent);
});

test("references have an entity tag only while there are some", async () => {
  const path = "/entries/guest/references";

  expect(await tagOf("retrieve", path)).toBeUndefined();
  const put = await tagOf("modify", path, [{ entry: "owner" }]);
  expect(put).toMatch(/^"hash:/);
  expect(await tagOf("retrieve", path)).toBe(put);
  expect(await tagOf("modify", path, [])).toBeUndefined();
});

test("who reads the labels of an import is told no entity tag, who writes them is", async () => {
  const path = "/imports/org.acme:other/entries";

  expect(await ask("retrieve", path)).toMatchObject({ status: 200, value: ["owner"] });
  expect(await tagOf("retrieve", path)).toBeUndefined();
  expect(await tagOf("modify", path, [])).toMatch(/^"hash:/);
});
