import { expect, test, vi } from "vitest";
import { compileEnforcer } from "../../src/policies/enforcer.ts";
import { buildTrie } from "../../src/policies/trie.ts";
import { verdictsOf } from "../../src/policies/verdicts.ts";
import { entry, grant } from "./entries.ts";

test("an array of subjects is judged by the policy that is asked, also when it has asked another before", () => {
  const session = ["a:1"];
  const before = compileEnforcer([entry(["a:1"], { "thing:/": grant("READ") })]);
  const after = compileEnforcer([entry(["a:2"], { "thing:/": grant("READ") })]);
  for (const [enforcer, may] of [
    [before, true],
    [after, false],
    [before, true],
  ] as const)
    expect(enforcer.forSubjects(session).hasPartial("thing", [], "READ")).toBe(may);
});

test("answers are kept for an array until those of others weigh too much, and are the same when made again", () => {
  const many = Array.from({ length: 2_000 }, (_, i) => [`thing:/attributes/${i}`, grant("READ")] as const);
  const enforcer = compileEnforcer([
    entry(["a:1"], { "thing:/features": grant("READ") }),
    ...Array.from({ length: 60 }, (_, i) => entry([`b:${i}`], Object.fromEntries(many))),
  ]);
  const session = ["a:1"];
  const first = enforcer.forSubjects(session);
  expect(enforcer.forSubjects(session)).toBe(first);

  for (let i = 0; i < 60; i++) enforcer.forSubjects([`b:${i}`]);

  const again = enforcer.forSubjects(session);
  expect(again).not.toBe(first);
  expect(again.hasUnrestricted("thing", ["features", "f"], "READ")).toBe(true);
  expect(again.hasPartial("thing", ["attributes"], "READ")).toBe(false);
});

const ids = Array.from({ length: 1_000 }, (_, i) => `a:${i}`);

test("an entry of many subjects and resources is not multiplied out", () => {
  const resources = Object.fromEntries(ids.map((id) => [`thing:/attributes/${id}`, grant("READ")]));
  const { groups } = buildTrie([entry(ids, resources)]);
  const distinct = new Set(groups.flat());
  expect(distinct.size).toBe(1);
  expect([...distinct].flatMap(({ statements }) => statements)).toHaveLength(1_000);
});

test("subjects are judged by what speaks to them, however large the policy", () => {
  const trie = buildTrie(
    Array.from({ length: 10_000 }, (_, i) =>
      entry([`a:${i % 1_000}`], { [`thing:/features/${i}/properties`]: grant("READ") }),
    ),
  );
  // The root, its type and `features`, then two nodes for each of ten entries a subject.
  expect(verdictsOf(trie, [7]).size).toBe(3 + 2 * 10);
  expect(verdictsOf(trie, [...Array(100).keys()]).size).toBe(3 + 2 * 10 * 100);
});

test("a check looks no further than its path goes, however large the policy", () => {
  const looksAmong = (some: readonly string[]): number => {
    const enforcer = compileEnforcer(
      some.map((id) => entry([id], { [`thing:/features/${id}/properties/p/q`]: grant("READ") })),
    );
    const access = enforcer.forSubjects(some);
    const looks = vi.spyOn(Map.prototype, "get");
    const may = access.hasUnrestricted("thing", ["features", "a:7", "properties", "p", "q", "r"], "READ");
    const count = looks.mock.calls.length;
    looks.mockRestore();
    expect(may).toBe(true);
    return count;
  };

  const alone = looksAmong(["a:7"]);
  expect(alone).toBeGreaterThan(0);
  expect(looksAmong(ids)).toBe(alone);
});
