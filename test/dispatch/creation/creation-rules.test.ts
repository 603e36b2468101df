import { describe, expect, test } from "vitest";
import type { JsonValue } from "../../../src/base/json/json.ts";
import {
  type Creation,
  checkMayCreate,
  compileCreationRules,
  creationOf,
  entityNotCreatable,
  mayCreate,
} from "../../../src/dispatch/creation/creation-rules.ts";
import { entityCreation } from "../../../src/ops/entity-creation.ts";
import type { Command } from "../../../src/signals/signal.ts";

const rulesOf = (json: JsonValue) => compileCreationRules(entityCreation.parse(JSON.stringify(json)));
const lamp: Creation = {
  resourceType: "thing",
  namespace: "org.acme",
  subjects: ["nginx:ditto", "nginx:users"],
  definition: null,
};
const allows = (json: JsonValue, creation: Partial<Creation> = {}): boolean =>
  mayCreate(rulesOf(json), { ...lamp, ...creation });

describe("a creation", () => {
  test("is granted where the rules say nothing else, and not where nothing is granted", () => {
    for (const json of [{}, { grant: [{}] }, { revoke: [] }, { grant: [{ namespaces: [] }] }])
      expect(allows(json)).toBe(true);
    expect(allows({ grant: [] })).toBe(false);
  });

  test("is granted by any one entry that speaks of it, and revoked by any other", () => {
    const grant = [{ namespaces: ["com.acme"] }, { namespaces: ["org.acme"] }];

    expect(allows({ grant })).toBe(true);
    expect(allows({ grant, revoke: [{ "auth-subjects": ["nginx:users"] }] })).toBe(false);
    expect(allows({ grant, revoke: [{ "auth-subjects": ["nginx:others"] }] })).toBe(true);
  });

  test("is spoken of only where all lists of an entry match", () => {
    const entry = { "resource-types": ["thing"], namespaces: ["org.*"], "auth-subjects": ["nginx:*"] };

    expect(allows({ grant: [entry] })).toBe(true);
    expect(allows({ grant: [entry] }, { resourceType: "policy" })).toBe(false);
    expect(allows({ grant: [entry] }, { namespace: "com.acme" })).toBe(false);
    expect(allows({ grant: [entry] }, { subjects: ["google:me"] })).toBe(false);
    expect(allows({ grant: [entry] }, { subjects: [] })).toBe(false);
  });

  test.each([
    ["*", "", true],
    ["*", "org.acme", true],
    ["org.*", "org.acme", true],
    ["org.*", "org.", true],
    ["org.*", "orgXacme", false],
    ["org.acme", "org.acme.lab", false],
    ["acme", "org.acme", false],
    ["*acme", "org.acme", true],
    ["org.?cme", "org.acme", true],
    ["org.?cme", "org.cme", false],
    ["**a**e", "acme", true],
    ["ORG.*", "org.acme", false],
    ["(a|b)+[c]$^\\E", "(a|b)+[c]$^\\E", true],
    ["a+", "aa", false],
    ["", "", true],
    ["", "a", false],
  ])("with the pattern '%s' in the namespace '%s': %s", (pattern, namespace, expected) => {
    expect(allows({ grant: [{ namespaces: [pattern] }] }, { namespace })).toBe(expected);
  });

  test("of a thing depends on its definition, that of a policy does not", () => {
    const models = { grant: [{ "thing-definitions": ["https://models.acme/*", "org.acme:lamp:1.?.0"] }] };

    expect(allows(models, { definition: "https://models.acme/lamp" })).toBe(true);
    expect(allows(models, { definition: "org.acme:lamp:1.7.0" })).toBe(true);
    expect(allows(models, { definition: "https://models.other/lamp" })).toBe(false);
    expect(allows(models, { definition: null })).toBe(false);
    expect(allows(models, { resourceType: "policy" })).toBe(true);
  });

  test("of a thing without a definition is spoken of by null", () => {
    const none = { grant: [{ "thing-definitions": [null] }] };

    expect(allows(none)).toBe(true);
    expect(allows(none, { definition: "org.acme:lamp:1.0.0" })).toBe(false);
    expect(allows({ grant: [{ "thing-definitions": [null, "org.*"] }] }, { definition: "org.a:b:1" })).toBe(
      true,
    );
  });

  test("is judged at once, however many wildcards meet however long a name", () => {
    const rules = rulesOf({ grant: [{ namespaces: [`${"*a".repeat(30)}*b`] }] });
    const start = performance.now();

    expect(mayCreate(rules, { ...lamp, namespace: "a".repeat(20_000) })).toBe(false);

    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe("a command", () => {
  const command = (value: JsonValue | undefined, kind: Command["kind"] = "thing"): Command => ({
    kind,
    id: "org.acme.lab:lamp:1",
    action: "modify",
    path: [],
    headers: {},
    auth: { subjects: ["nginx:ditto"] },
    ...(value !== undefined && { value }),
  });

  test("says what it creates, and for whom", () => {
    const definition = "org.acme:lamp:1.0.0";
    const about = { resourceType: "thing", namespace: "org.acme.lab", subjects: ["nginx:ditto"] };

    expect(creationOf(command({ definition }))).toEqual({ ...about, definition });
    for (const value of [{}, { definition: null }, undefined])
      expect(creationOf(command(value))).toEqual({ ...about, definition: null });
    expect(creationOf(command({ definition }, "policy"))).toEqual({
      ...about,
      resourceType: "policy",
      definition: null,
    });
  });

  test("that may not create is refused", () => {
    const rules = rulesOf({ grant: [{ "resource-types": ["thing"] }] });

    expect(() => checkMayCreate(rules, command({}))).not.toThrow();
    expect(() => checkMayCreate(rules, command({}, "policy"))).toThrow(
      entityNotCreatable("org.acme.lab:lamp:1"),
    );
    expect(entityNotCreatable("a:b").toJSON()).toMatchObject({ status: 403, error: "entity.notcreatable" });
  });
});

describe("the setting", () => {
  test.each([
    ["{", "must be JSON"],
    ["[]", "must have an object as the value"],
    ['{"grants":[]}', 'not "grants"'],
    ['{"grant":{}}', "must have a list as grant"],
    ['{"revoke":[1]}', "must have an object as revoke[0]"],
    ['{"grant":[{},{"namespace":[]}]}', 'in grant[1], not "namespace"'],
    [
      '{"grant":[{"resource-types":["connection"]}]}',
      'a list of "thing" and "policy" as grant[0].resource-types',
    ],
    ['{"grant":[{"namespaces":[null]}]}', "a list of patterns as grant[0].namespaces"],
    ['{"grant":[{"auth-subjects":"nginx:*"}]}', "a list of patterns as grant[0].auth-subjects"],
    ['{"revoke":[{"thing-definitions":[1]}]}', "a list of patterns and null as revoke[0].thing-definitions"],
  ])("%s is refused: %s", (text, why) => {
    expect(() => entityCreation.parse(text)).toThrow(why);
  });
});
