// The schemas of things and policies against the checks that the server makes.

import fc from "fast-check";
import { expect, test } from "vitest";
import type { WireSchemaName } from "../../schema/wire/schemas.ts";
import { isNamespacedId } from "../../src/base/ids.ts";
import type { JsonValue } from "../../src/base/json/json.ts";
import { checkKey } from "../../src/base/json/keys.ts";
import { defaultPolicyLimits, type PolicyLimits } from "../../src/policies/limits.ts";
import { checkEntry, checkPolicy } from "../../src/policies/model.ts";
import { checkLabel, checkSubjectId } from "../../src/policies/names.ts";
import { checkResourceKey } from "../../src/policies/resource-key.ts";
import { checkDefinition, checkFeature, checkThing } from "../../src/things/model.ts";
import { wireErrors, wireValidator } from "../support/wire-schemas.ts";

const limits: PolicyLimits = { ...defaultPolicyLimits, now: 0 };

const accepts = (check: () => unknown): boolean => {
  try {
    check();
    return true;
  } catch {
    return false;
  }
};

/** Texts of the characters on which the checks turn. */
const names = fc
  .array(fc.constantFrom(..."aZ0_.-:/ *é€\u0001{}", "{{", "}}", "://", "imported", "READ"), { maxLength: 12 })
  .map((parts) => parts.join(""));

const texts: readonly [
  name: string,
  schema: WireSchemaName,
  value: (text: string) => JsonValue,
  check: (text: string) => unknown,
][] = [
  ["a thing ID", "ThingId", (text) => text, (text) => isNamespacedId(text) || fail()],
  ["a JSON key", "JsonKey", (text) => text, checkKey],
  ["a definition", "Definition", (text) => text, checkDefinition],
  ["a label", "PolicyEntries", (text) => ({ [text]: {} }), checkLabel],
  ["a subject ID", "Subjects", (text) => ({ [text]: { type: "t" } }), checkSubjectId],
  ["a resource key", "Resources", (text) => ({ [text]: { grant: [], revoke: [] } }), checkResourceKey],
];

test.each(texts)("%s is what the schema says, and nothing else", (_, schema, value, check) => {
  fc.assert(
    fc.property(names, (text) => {
      expect(wireErrors(schema, value(text)).length === 0, text).toBe(accepts(() => check(text)));
    }),
    { numRuns: 2000 },
  );
});

const feature: JsonValue = {
  definition: ["a:b:1", "https://acme.example/m"],
  properties: { p: { q: [{ "a/b": 1 }] } },
  desiredProperties: null,
};
const thing: JsonValue = {
  policyId: "org.acme:p",
  definition: null,
  attributes: { a: { b: null } },
  features: { lamp: feature, void: null },
};
const policy: JsonValue = {
  imports: { "org.acme:other": { entries: ["a"], transitiveImports: ["org.acme:third"] }, "org.acme:x": {} },
  entries: {
    OWNER: {
      subjects: {
        "nginx:ditto": {
          type: "user",
          expiry: "2099-01-31T12:00:00Z",
          announcement: {
            beforeExpiry: "10m",
            whenDeleted: true,
            requestedAcks: { labels: ["my:ack"], timeout: "10s" },
            randomizationInterval: "1d",
          },
        },
      },
      resources: {
        "thing:/": { grant: ["READ"], revoke: [] },
        "policy:/a/b": { grant: [], revoke: ["WRITE"] },
      },
      namespaces: ["org.acme", "org.acme.*"],
      importable: "explicit",
      allowedAdditions: ["subjects"],
      references: [{ entry: "a" }, { import: "org.acme:other", entry: "b" }],
    },
  },
};

const wholes: readonly [WireSchemaName, WireSchemaName, JsonValue, (value: JsonValue) => JsonValue][] = [
  ["NewThing", "Thing", thing, checkThing],
  ["Feature", "Feature", feature, checkFeature],
  ["NewPolicy", "Policy", policy, (value) => checkPolicy(value, limits)],
  ["PolicyEntry", "PolicyEntry", {}, (value) => checkEntry(value, limits)],
];

test.each(wholes)(
  "what the schema %s has is accepted, and what becomes of it is of %s",
  (taken, given, value, check) => {
    expect(wireErrors(taken, value)).toEqual([]);
    expect(wireErrors(given, check(value))).toEqual([]);
  },
);

/** Values that are wrong in most places. */
const wrong: readonly JsonValue[] = [
  7,
  "",
  "é/",
  [],
  ["é"],
  [null],
  { "": 1 },
  { é: 1 },
  { a: { é: 1 } },
  true,
];

test.each(wholes)(
  "what the schema %s takes with one part replaced, the server takes too",
  (taken, _, value, check) => {
    const validate = wireValidator(taken);
    for (const variant of variants(value)) {
      if (validate(variant)) expect(() => check(variant), JSON.stringify(variant)).not.toThrow();
    }
  },
);

test.each(wholes)(
  "what the server refuses with one part replaced, the schema %s refuses too",
  (taken, _, value, check) => {
    const refused = variants(value).filter((variant) => !accepts(() => check(variant)));

    for (const variant of refused)
      expect(wireErrors(taken, variant), JSON.stringify(variant)).not.toEqual([]);
  },
);

/** The value with each of its parts in turn replaced by something wrong. */
function variants(value: JsonValue): JsonValue[] {
  const replaced = [...wrong];
  if (Array.isArray(value)) {
    value.forEach((part: JsonValue, i) => {
      replaced.push(...variants(part).map((variant) => value.with(i, variant)));
    });
  } else if (typeof value === "object" && value !== null) {
    for (const [key, part] of Object.entries(value))
      replaced.push(...variants(part as JsonValue).map((variant) => ({ ...value, [key]: variant })));
  }
  return replaced;
}

function fail(): never {
  throw new Error("not an ID");
}
