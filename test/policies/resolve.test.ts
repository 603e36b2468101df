import { expect, test } from "vitest";
import type { JsonObject } from "../../src/base/json/json.ts";
import { refuseUnfoldable, refuseUnresolvable, resolveEntries } from "../../src/policies/resolve.ts";
import { codeOf } from "../support/things.ts";

const read = { grant: ["READ"], revoke: [] };
const write = { grant: ["WRITE"], revoke: [] };
const entry = (more: JsonObject = {}): JsonObject => ({
  subjects: {},
  resources: {},
  importable: "implicit",
  ...more,
});
const policy = (entries: JsonObject, imports: JsonObject = {}): JsonObject => ({ imports, entries });
const alone = (entries: JsonObject) => resolveEntries(policy(entries), () => undefined);

const template = policy({
  owner: entry(),
  op: entry({ importable: "explicit" }),
  priv: entry({ importable: "never" }),
});
const library: Record<string, JsonObject> = {
  "a:tpl": template,
  "a:mid": policy({ own: entry() }, { "a:tpl": { entries: ["op"] } }),
};
const resolved = (entries: JsonObject, imports: JsonObject) =>
  resolveEntries(policy(entries, imports), (id) => library[id]);

test("imports bring implicit entries, explicit ones when named, and never the others", () => {
  expect(Object.keys(resolved({ x: entry() }, { "a:tpl": {} }))).toEqual(["x", "imported-a:tpl-owner"]);
  expect(Object.keys(resolved({}, { "a:tpl": { entries: ["op", "priv"] } }))).toEqual([
    "imported-a:tpl-owner",
    "imported-a:tpl-op",
  ]);
});

test("an imported policy that does not exist brings nothing", () => {
  expect(resolved({ x: entry() }, { "a:none": {} })).toEqual({ x: entry() });
});

test("imports of imports come along only when they are named", () => {
  expect(Object.keys(resolved({}, { "a:mid": {} }))).toEqual(["imported-a:mid-own"]);
  expect(Object.keys(resolved({}, { "a:mid": { entries: [], transitiveImports: ["a:tpl"] } }))).toEqual([
    "imported-a:mid-own",
    "imported-a:mid-imported-a:tpl-owner",
  ]);
});

test("policies that import each other end, and chains of more than ten are cut or refused", () => {
  const ring: Record<string, JsonObject> = {
    "a:1": policy({ x: entry() }, { "a:2": { entries: [], transitiveImports: ["a:1"] } }),
    "a:2": policy({ y: entry() }, { "a:1": { entries: [], transitiveImports: ["a:2"] } }),
  };
  expect(Object.keys(resolveEntries(ring["a:1"] as JsonObject, (id) => ring[id]))).toContain(
    "imported-a:2-y",
  );
  const deep = { entries: [], transitiveImports: ["a:2"] };
  const chain = (id: string) => {
    const next = `a:${Number(id.slice(2)) + 1}`;
    const afterNext = `a:${Number(id.slice(2)) + 2}`;
    return policy({ x: entry() }, { [next]: { entries: [], transitiveImports: [afterNext] } });
  };
  expect(codeOf(() => refuseUnresolvable(chain("a:0"), chain))).toBe("policies:import.invalid");
  const cut = Object.keys(
    resolveEntries(
      { ...chain("a:0"), imports: { "a:1": deep, "a:tpl": {} } },
      (id) => library[id] ?? chain(id),
    ),
  );
  expect(cut).toContain("imported-a:1-x");
  expect(cut).toContain("imported-a:tpl-owner");
  expect(cut.length).toBeLessThan(14);
});

test("a web of imports costs no more than its limits, and is refused where it goes beyond them", () => {
  const names = Array.from({ length: 10 }, (_, i) => i);
  const level = (n: number) => names.map((i) => `a:${n}.${i}`);
  let lookUps = 0;
  const web = (id: string) => {
    lookUps++;
    const n = Number(id.slice(2).split(".")[0]);
    const oneImport = { entries: [], transitiveImports: level(n + 2) };
    return policy(
      { x: entry() },
      n < 8 ? Object.fromEntries(level(n + 1).map((next) => [next, oneImport])) : {},
    );
  };
  const found = Object.keys(resolveEntries(web("a:0.0"), web));
  for (const id of level(1)) expect(found).toContain(`imported-${id}-x`);
  expect(found.length).toBeLessThan(10 * 2002);
  expect(lookUps).toBeLessThan(1002);
  expect(codeOf(() => refuseUnresolvable(web("a:0.0"), web))).toBe("policies:import.invalid");
});

test("entries of a journal may lack subjects and resources", () => {
  const bare = { importable: "implicit" };
  expect(alone({ bare, team: entry({ references: [{ entry: "bare" }] }) }).team).toMatchObject(entry());
});

test("a reference adds subjects, resources and namespaces of its target", () => {
  const base = entry({
    subjects: { "n:a": { type: "base" } },
    resources: { "thing:/": read },
    namespaces: ["org.a"],
  });
  const team = entry({
    subjects: { "n:a": { type: "own" }, "n:b": { type: "own" } },
    resources: { "thing:/": { grant: ["WRITE"], revoke: ["EXECUTE"] }, "policy:/": read },
    references: [{ entry: "base" }],
  });
  expect(alone({ base, team }).team).toEqual({
    subjects: { "n:a": { type: "base" }, "n:b": { type: "own" } },
    resources: { "thing:/": { grant: ["READ", "WRITE"], revoke: ["EXECUTE"] }, "policy:/": read },
    namespaces: ["org.a"],
    importable: "implicit",
    references: [{ entry: "base" }],
  });
});

test("what the target does not let be added is left out", () => {
  const base = entry({ resources: { "thing:/": read }, allowedAdditions: ["subjects"] });
  const team = entry({
    subjects: { "n:b": { type: "own" } },
    resources: { "thing:/": write },
    references: [{ entry: "base" }],
  });
  expect(alone({ base, team }).team).toMatchObject({
    subjects: { "n:b": { type: "own" } },
    resources: { "thing:/": read },
    allowedAdditions: ["subjects"],
  });
});

test("references that find nothing, or what is never importable, add nothing", () => {
  const team = entry({
    references: [{ entry: "gone" }, { entry: "priv" }, { import: "a:tpl", entry: "op" }],
  });
  const priv = entry({ importable: "never", resources: { "thing:/": read } });
  expect(alone({ priv, team }).team).toMatchObject({ resources: {} });
});

test("labels such as __proto__ are plain data", () => {
  const target = JSON.stringify(entry({ resources: { "thing:/": read } }));
  const team = entry({ references: [{ entry: "__proto__" }] });
  const entries = JSON.parse(`{"__proto__":${target},"team":${JSON.stringify(team)}}`) as JsonObject;
  expect(alone(entries).team).toMatchObject({ resources: { "thing:/": read } });
  expect(alone({ team }).team).toMatchObject({ resources: {} });
});

const many = (count: number, each: (i: number) => [string, JsonObject]): JsonObject =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => each(i)));
const subjects = many(1_000, (i) => [`n:s${i}`, { type: "t" }]);
const resources = many(700, (i) => [`thing:/attributes/${i}`, read]);

test("an entry that only references shares what it references", () => {
  const { role, team } = alone({
    role: entry({ resources }),
    team: entry({ subjects, references: [{ entry: "role" }] }),
  });
  expect(team?.resources).toBe(role?.resources);
  expect(team?.subjects).toBe(subjects);
});

test("references that repeat far more than is written are refused, and enforced as if nobody may anything", () => {
  const own = (i: number) => ({ [`n:own${i}`]: { type: "t" } });
  const referring = (count: number) => ({
    role: entry({ subjects, resources }),
    ...many(count, (i) => [`team${i}`, entry({ subjects: own(i), references: [{ entry: "role" }] })]),
  });
  expect(() => refuseUnresolvable(policy(referring(50)), () => undefined)).not.toThrow();
  expect(Object.keys(alone(referring(50)).team49?.subjects ?? {})).toHaveLength(1_001);

  const vast = policy(referring(500));
  const before = performance.now();
  expect(codeOf(() => refuseUnresolvable(vast, () => undefined))).toBe("policies:entry.invalid");
  expect(codeOf(() => refuseUnfoldable(vast, () => undefined))).toBe("policies:entry.invalid");
  expect(resolveEntries(vast, () => undefined)).toEqual({});
  expect(performance.now() - before).toBeLessThan(500);
  // What is left out of an imported policy might be a revoke: who imports it is as badly off.
  const importing = policy({ x: entry() }, { "a:vast": {} });
  expect(resolveEntries(importing, () => vast)).toEqual({});
  expect(() => refuseUnfoldable(importing, () => vast)).not.toThrow();
});

test("the entries that imported policies bring of others are bounded in what they hold", () => {
  const library: Record<string, JsonObject> = { "a:base": policy({ role: entry({ subjects, resources }) }) };
  const through = { entries: [], transitiveImports: ["a:base"] };
  const importing = (count: number) => {
    for (let i = 0; i < count; i++) library[`a:mid${i}`] = policy({}, { "a:base": {} });
    return policy(
      {},
      many(count, (i) => [`a:mid${i}`, through]),
    );
  };
  const lookUp = (id: string) => library[id];
  expect(Object.keys(resolveEntries(importing(10), lookUp))).toHaveLength(10);
  expect(resolveEntries(importing(100), lookUp)).toEqual({});
  expect(codeOf(() => refuseUnresolvable(importing(100), lookUp))).toBe("policies:entry.invalid");
});

test("entries of different policies whose labels come out the same all count, and references find the right one", () => {
  const grants = policy({
    "b-c": entry({ subjects: { "n:u": { type: "t" } }, resources: { "thing:/": read } }),
  });
  const ban = entry({
    subjects: { "n:u": { type: "t" } },
    resources: { "thing:/": { grant: [], revoke: ["READ"] } },
    importable: "explicit",
  });
  const colliding: Record<string, JsonObject> = {
    "n:a": grants,
    "n:a-b": policy({ c: ban }),
    "n:mid": policy({}, { "n:a": {}, "n:a-b": { entries: ["c"] } }),
  };
  const lookUp = (id: string) => colliding[id];
  const imports = { "n:a": {}, "n:a-b": { entries: ["c"] } };
  const team = entry({ references: [{ import: "n:a-b", entry: "c" }] });

  const direct = resolveEntries(policy({ team }, imports), lookUp);
  expect(Object.values(direct).flatMap(({ resources: all }) => Object.values(all ?? {}))).toEqual([
    { grant: [], revoke: ["READ"] },
    read,
    { grant: [], revoke: ["READ"] },
  ]);

  const through = { entries: ["imported-n:a-b-c"], transitiveImports: ["n:a", "n:a-b"] };
  const indirect = resolveEntries(policy({}, { "n:mid": through }), lookUp);
  expect(Object.values(indirect)).toHaveLength(2);
});
