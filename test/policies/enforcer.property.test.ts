import fc from "fast-check";
import { expect, test } from "vitest";
import { isArray, isObject, type JsonValue } from "../../src/base/json/json.ts";
import type { Path } from "../../src/base/json/pointer.ts";
import { compileEnforcer, type Enforcer } from "../../src/policies/enforcer.ts";
import { expiryOf } from "../../src/policies/expiry.ts";
import type { PolicyEntry } from "../../src/policies/model.ts";
import { resolveEntries } from "../../src/policies/resolve.ts";
import { compileScoped } from "../../src/policies/scoped-enforcer.ts";
import type { Permission } from "../../src/policies/trie.ts";
import {
  asking,
  json,
  library,
  namespace,
  now,
  path,
  permission,
  plainEntries,
  subjectIds,
  type,
} from "./model/arbitraries.ts";
import { resolvedPlainly } from "./model/resolution.ts";
import { weightsModel } from "./model/weights.ts";
import { referenceModel } from "./reference-model.ts";

test("the plainly written rules are those by which Ditto weighs grants and revokes", () => {
  fc.assert(
    fc.property(plainEntries, asking, type, path, permission, json, (entries, who, kind, at, need, value) => {
      const plain = referenceModel(entries, need, now);
      const ditto = weightsModel(entries.map(withoutExpired), need);
      const keys = [kind, ...at];
      expect(plain.hasUnrestricted(who, keys)).toBe(ditto.hasUnrestricted(who, keys));
      expect(plain.hasPartial(who, keys)).toBe(ditto.hasPartial(who, keys));
      expect(sorted(plain.readersOf(keys))).toEqual(sorted(ditto.readersOf(keys)));
      expect(JSON.stringify(plain.view(who, value, keys))).toBe(JSON.stringify(ditto.view(who, value, keys)));
    }),
    { numRuns: 3_000 },
  );
});

const withoutExpired = ({ subjects, resources }: Pick<PolicyEntry, "subjects" | "resources">) => ({
  subjects: Object.fromEntries(
    Object.entries(subjects ?? {}).filter(([, subject]) => expiryOf(subject) > now),
  ),
  ...(resources && { resources }),
});

test("the enforcer decides as the plainly written rules do, for several subjects at once", () => {
  fc.assert(
    fc.property(plainEntries, asking, type, path, permission, json, (entries, who, kind, at, need, value) => {
      const enforcer = compileEnforcer(entries, now);
      const access = enforcer.forSubjects(who);
      const expected = referenceModel(entries, need, now);
      const keys = [kind, ...at];
      expect(access.hasUnrestricted(kind, at, need)).toBe(expected.hasUnrestricted(who, keys));
      expect(access.hasPartial(kind, at, need)).toBe(expected.hasPartial(who, keys));
      const seen = access.view(kind, value, at, need);
      expect(JSON.stringify(seen)).toBe(JSON.stringify(expected.view(who, value, keys)));
      if (JSON.stringify(seen) === JSON.stringify(value)) expect(seen).toBe(value);
    }),
    { numRuns: 10_000 },
  );
});

test("a policy with imports and references decides as the plainly written rules do, in every namespace", () => {
  fc.assert(
    fc.property(library, asking, path, permission, namespace, (policies, who, at, need, place) => {
      const policy = policies.get("n:1") ?? {};
      const lookUp = (id: string) => policies.get(id);
      const scoped = compileScoped(Object.values(resolveEntries(policy, lookUp)), now);
      const asked: readonly (readonly [Enforcer, string | undefined])[] = [
        [scoped.whole, undefined],
        [scoped.forNamespace(place), place],
      ];
      for (const [enforcer, where] of asked) {
        const expected = referenceModel(resolvedPlainly(policy, lookUp, where), need, now);
        const questions = questionsOf(who, at);
        expect(
          questions.map(([subjects, kind, keys]) => answers(enforcer, subjects, kind, keys, need)),
        ).toEqual(
          questions.map(([subjects, kind, keys]) => [
            expected.hasUnrestricted(subjects, [kind, ...keys]),
            expected.hasPartial(subjects, [kind, ...keys]),
          ]),
        );
      }
    }),
    { numRuns: 2_000 },
  );
});

/** Many for each policy, since it is dearer to make up than to ask. */
const questionsOf = (
  who: readonly string[],
  at: Path,
): readonly (readonly [readonly string[], string, Path])[] =>
  [who, ...subjectIds.map((id) => [id])].flatMap((subjects) => [
    [subjects, "thing", []] as const,
    [subjects, "policy", []] as const,
    [subjects, "thing", at] as const,
  ]);

function answers(enforcer: Enforcer, who: readonly string[], kind: string, at: Path, need: Permission) {
  const access = enforcer.forSubjects(who);
  return [access.hasUnrestricted(kind, at, need), access.hasPartial(kind, at, need)];
}

test("what may be read without restriction is seen whole, what may not be read in part not at all", () => {
  fc.assert(
    fc.property(plainEntries, asking, json, path, (entries, who, value, at) => {
      const access = compileEnforcer(entries).forSubjects(who);
      const seen = access.view("thing", value, at);
      if (access.hasUnrestricted("thing", at, "READ")) expect(seen).toBe(value);
      if (!access.hasPartial("thing", at, "READ")) expect(seen).toBeUndefined();
      if (seen !== undefined) expect(isPartOf(seen, value)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test("the readers of a path are the subjects that, each alone, may read it or something below it", () => {
  fc.assert(
    fc.property(
      plainEntries,
      type,
      fc.array(path, { minLength: 1, maxLength: 3 }),
      (entries, kind, paths) => {
        const enforcer = compileEnforcer(entries, now);
        const reference = referenceModel(entries, "READ", now);
        for (const at of paths) {
          const readers = enforcer.readersOf(kind, at);
          expect(sorted(readers)).toEqual(sorted(reference.readersOf([kind, ...at])));
          for (const id of subjectIds)
            expect(readers.has(id)).toBe(enforcer.forSubjects([id]).hasPartial(kind, at, "READ"));
        }
      },
    ),
    { numRuns: 2_000 },
  );
});

const sorted = (names: Iterable<string>): readonly string[] => [...names].sort();

function isPartOf(part: JsonValue, whole: JsonValue): boolean {
  if (isObject(part) && isObject(whole))
    return Object.keys(part).every(
      (name) => Object.hasOwn(whole, name) && isPartOf(part[name] as JsonValue, whole[name] as JsonValue),
    );
  if (isArray(part) && isArray(whole))
    return part.every((element) => whole.some((other) => isPartOf(element, other)));
  return part === whole;
}
