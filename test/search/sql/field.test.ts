// Which properties a search may name (ThingsFieldExpressionFactoryImpl and simple-field-mappings of Ditto).

import { assert, expect, test } from "vitest";
import { searchFieldOf } from "../../../src/search/field.ts";

const nested = (...path: string[]) => ({ kind: "nested", path });
const column = (name: string, field: string) => ({ kind: "column", column: name, path: [field] });
const features = (...below: string[]) => ({ kind: "features", below });

test.each([
  { property: "thingId", field: column("id", "thingId") },
  { property: "/thingId", field: column("id", "thingId") },
  { property: "namespace", field: column("namespace", "namespace") },
  { property: "policyId", field: column("policy_id", "policyId") },
  { property: "_revision", field: column("revision", "_revision") },
  { property: "definition", field: nested("definition") },
  { property: "_created", field: nested("_created") },
  { property: "_modified", field: nested("_modified") },
  { property: "attributes/a~1b/c/", field: nested("attributes", "a/b", "c") },
  { property: "attributes/*", field: nested("attributes", "*") },
  { property: "_metadata/attributes/a", field: nested("_metadata", "attributes", "a") },
  { property: "features/f/properties/p", field: nested("features", "f", "properties", "p") },
  { property: "features/f/definition", field: nested("features", "f", "definition") },
  { property: "features/*/properties/p", field: features("properties", "p") },
  { property: "features/*/desiredProperties/p", field: features("desiredProperties", "p") },
  { property: "features/*/definition", field: features("definition") },
])("$property is compared", ({ property, field }) => {
  assert.deepEqual<unknown>(searchFieldOf(property, "compare"), field);
});

test.each([
  { property: "features/f", field: nested("features", "f") },
  { property: "features/*", field: features() },
  { property: "features/*/properties", field: features("properties") },
])("$property can be asked for, but neither compared nor sorted by", ({ property, field }) => {
  assert.deepEqual<unknown>(searchFieldOf(property, "ask"), field);
  for (const use of ["compare", "sort"] as const) expect(() => searchFieldOf(property, use)).toThrow();
});

test.each(["_namespace", "_metadata", "attributes", "features", "_policy", "toString", "", "//thingId"])(
  "'%s' is refused",
  (property) => {
    for (const use of ["compare", "ask", "sort"] as const)
      expect(() => searchFieldOf(property, use)).toThrowError(
        expect.objectContaining({ code: "rql.expression.invalid" }),
      );
  },
);
