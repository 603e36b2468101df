import fc from "fast-check";
import { expect, test } from "vitest";
import { selectFields } from "../../src/base/json/fields.ts";
import { isObject, type JsonObject } from "../../src/base/json/json.ts";
import { compileEnforcer } from "../../src/policies/enforcer.ts";
import { fullAllowance } from "../../src/pubsub/allowance.ts";
import { extraOf } from "../../src/pubsub/enrich.ts";
import { selectFrom } from "../../src/pubsub/thing-fields.ts";
import { json, now, path, plainEntries, subjectIds } from "../policies/model/arbitraries.ts";
import { referenceModel } from "../policies/reference-model.ts";

const things = json.map((value): JsonObject => (isObject(value) ? value : { a: value }));
const selectors = fc.array(
  path.filter((at) => at.length > 0),
  { minLength: 1, maxLength: 4 },
);
const sessions = fc.uniqueArray(fc.constantFrom(...subjectIds), { minLength: 1, maxLength: 3 });

test("extra fields are what a session would select of the part of the thing that it may read", () => {
  let told = 0;
  fc.assert(
    fc.property(plainEntries, sessions, things, selectors, (entries, subjects, thing, fields) => {
      const access = compileEnforcer(entries, now).forSubjects(subjects);
      const state = { value: thing, revision: 1, created: 0, modified: 0 };

      const extra = extraOf(fields, selectFrom("org.acme:lamp", state, thing), access, fullAllowance());

      const view = referenceModel(entries, "READ", now).view(subjects, thing, ["thing"]);
      const known = isObject(view) ? selectFields(view, fields) : {};
      if (extra) told++;
      expect(extra ?? {}).toEqual(known);
    }),
    { numRuns: 3_000 },
  );
  expect(told).toBeGreaterThan(30);
});
