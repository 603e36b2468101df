// Merges as a real Ditto answered them: ../shared/reference/recorded/http-2.jsonl, 131 to 151.

import { describe, test } from "vitest";
import type { JsonValue } from "../../src/base/json/json.ts";
import { given, lampWith, policyId, thingId } from "../support/things.ts";

const attributes = { a: { b: 1, c: 2 }, l: [1, 2] };
const features = { f: { properties: { p: 1, q: 2 } }, g: { properties: { r: 1 } } };
const lamp = lampWith({ attributes, features });

describe("what a merge leaves", () => {
  const cases: readonly (readonly [says: string, path: string, patch: JsonValue, leaves: object])[] = [
    [
      "a nested null removes",
      "/",
      { attributes: { a: { b: null, d: 4 } } },
      { attributes: { a: { c: 2, d: 4 }, l: [1, 2] }, features },
    ],
    ["an array is replaced", "/attributes/l", [3], { attributes: { a: { b: 1, c: 2 }, l: [3] }, features }],
    ["a scalar replaces an object", "/attributes/a", 5, { attributes: { a: 5, l: [1, 2] }, features }],
    [
      "an object replaces a scalar, without its nulls",
      "/attributes/a/b",
      { x: { y: null, z: 1 } },
      { attributes: { a: { b: { x: { z: 1 } }, c: 2 }, l: [1, 2] }, features },
    ],
    ["null removes what the path names", "/attributes/a", null, { attributes: { l: [1, 2] }, features }],
    ["null removes a feature", "/features", { g: null }, { attributes, features: { f: features.f } }],
    ["null removes what is not there", "/attributes/none/such", null, { attributes, features }],
    ["a null member removes all attributes", "/", { attributes: null }, { features }],
    [
      "a feature grows where there was none",
      "/features/h/properties/z",
      1,
      { attributes, features: { ...features, h: { properties: { z: 1 } } } },
    ],
    ["unknown members are left out", "/", { nonsense: 1, features: {} }, { attributes, features }],
    ["unknown members of a feature are left out", "/features/f", { nonsense: 1 }, { attributes, features }],
    ["an empty patch of a part leaves all", "/attributes", {}, { attributes, features }],
    [
      "a pattern removes every key that it matches whole",
      "/attributes",
      { "{{ ~.~ }}": null },
      { attributes: {}, features },
    ],
    ["a pattern matches no part of a key", "/", { features: { "{{ ~~ }}": null } }, { attributes, features }],
    [
      "a pattern may stand at any level",
      "/",
      { attributes: { a: { "{{~[bc]~}}": null, d: 1 } } },
      { attributes: { a: { d: 1 }, l: [1, 2] }, features },
    ],
    [
      "a pattern removes features",
      "/features",
      { "{{ ~[^f]~ }}": null },
      { attributes, features: { f: features.f } },
    ],
    [
      "what is set under a matched key is new",
      "/attributes",
      { "{{ ~a~ }}": null, a: { d: 4 } },
      { attributes: { l: [1, 2], a: { d: 4 } }, features },
    ],
    [
      "a pattern is no member of a thing",
      "/",
      { "{{ ~.*~ }}": null, attributes: { l: null } },
      { attributes: { a: { b: 1, c: 2 } }, features },
    ],
    ["a pattern is no member of a feature", "/features/f", { "{{ ~.*~ }}": null }, { attributes, features }],
  ];
  for (const [says, path, patch, leaves] of cases) {
    test(says, () =>
      given(lamp)
        .when("merge", path, patch)
        .thenHolds({ thingId, policyId, ...leaves }),
    );
  }

  test("a definition comes before the attributes, whenever it was merged", () => {
    given(lamp)
      .when("merge", "/definition", "org.rec:d:1.0.0")
      .thenHolds({ thingId, policyId, definition: "org.rec:d:1.0.0", attributes, features });
    given(lampWith({ definition: "org.rec:d:1.0.0" }))
      .when("merge", "/definition", null)
      .thenHolds({ thingId, policyId });
  });

  test("a key that looks like an expression but matches nothing known is a key where it is not null", () => {
    given(lampWith({ features: { f: {} } }))
      .when("merge", "/features/f/properties", { "{{ ~k-.*~ }}": 5 })
      .thenHolds({ thingId, policyId, features: { f: { properties: { "{{ ~k-.*~ }}": 5 } } } });
  });
});

describe("what a merge refuses", () => {
  const cases: readonly (readonly [path: string, patch: JsonValue, code: string])[] = [
    ["/", null, "things:merge.invalid"],
    ["/", {}, "things:merge.invalid"],
    ["/", { nonsense: 1 }, "things:merge.invalid"],
    ["/", 5, "json.invalid"],
    ["/", [], "json.invalid"],
    ["/", { thingId: null }, "things:id.notdeletable"],
    ["/policyId", null, "things:policyId.notdeletable"],
    ["/", { features: { f: 5 } }, "json.invalid"],
    ["/features/f/properties", { "{{ ~k-(~ }}": null }, "things:merge.invalid"],
    ["/attributes", { none: { "{{ ~(?=k)~ }}": null } }, "things:merge.invalid"],
    ["/attributes", { [`{{ ~${"k".repeat(1001)}~ }}`]: null }, "things:merge.invalid"],
    ["/attributes", { "{{~k{1000}k{1000}(k{100}|k){100}~}}": null }, "things:merge.invalid"],
    ["/attributes", { a: { "{{~k{6000}~}}": null, "{{~l{6000}~}}": null } }, "things:merge.invalid"],
    ["/", { policyId: null }, "things:policyId.notdeletable"],
    ["/", { thingId: "org.rec:zzz" }, "things:id.notsettable"],
    ["/features/f/properties", { "{{ ~k-.*~ }}": null, "{{ /q/ }}": null, n: 1 }, "json.key.invalid"],
    ["/attributes", { ü: 1 }, "json.key.invalid"],
    ["/attributes/ü", 1, "json.key.invalid"],
    ["/attributes", { a: { "": 1 } }, "json.invalid"],
    ["/definition", "nonsense", "things:definition.identifier.invalid"],
    ["/", { definition: "nonsense" }, "things:definition.identifier.invalid"],
    ["/policyId", "nonsense", "policies:id.invalid"],
    ["/features/f/definition", [], "things:feature.definition.empty"],
  ];
  for (const [path, patch, code] of cases) {
    test(`${JSON.stringify(patch)} at ${path}: ${code}`, () =>
      given(lamp).when("merge", path, patch).thenRejects(code));
  }

  const noObjects = ["/attributes", "/features", "/features/f", "/features/f/properties"];
  test.each(noObjects)("%s cannot become a number", (path) => {
    given(lamp).when("merge", path, 5).thenRejects("json.invalid");
  });
});

describe("what a merge records", () => {
  test("the patterns themselves, which a replay applies again", () => {
    const patch = { "{{ ~k-.*~ }}": null, n: 1 };
    given(lampWith({ attributes: { "k-1": 1, k: 2 } }))
      .when("merge", "/attributes", patch)
      .thenRecords("merged", "/attributes", patch);
  });

  test("the members that a thing has, in normal form", () => {
    given(lamp)
      .when("merge", "/", { features: { g: null }, nonsense: 1, thingId })
      .thenRecords("merged", "/", { thingId, features: { g: null } });
  });

  test("a pattern that would take too long to match is refused, not tried", () => {
    const keys = Object.fromEntries(Array.from({ length: 9000 }, (_, i) => [`key-${i}`, 1]));
    given(lampWith({ attributes: keys }))
      .when("merge", "/attributes", { "{{ ~(a?){999}b~ }}": null })
      .thenRejects("things:merge.invalid");
  });

  test("a merge into nothing is a new thing without the nulls, patterns among them", () => {
    given(undefined)
      .when("merge", "/", { policyId, attributes: { "{{ ~x~ }}": null, a: { b: null } } })
      .thenCreates("/", { thingId, policyId, attributes: { a: {} } });
    given(undefined).when("merge", "/", { thingId: null }).thenRejects("things:id.notdeletable");
  });
});
