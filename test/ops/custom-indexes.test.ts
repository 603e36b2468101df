import { describe, expect, test } from "vitest";
import { customIndexList } from "../../src/ops/custom-indexes.ts";
import { readProperty, withProperties } from "../../src/ops/system-properties.ts";

const pathOf = (name: string) =>
  customIndexList.parse(JSON.stringify({ i: { fields: [{ name }] } }))[0]?.fields[0]?.path;

describe("SEARCH_CUSTOM_INDEXES", () => {
  test.each([
    ["attributes/region", ["attributes", "region"]],
    ["/attributes/region", ["attributes", "region"]],
    ["t.attributes/region", ["attributes", "region"]],
    ["t.attributes.region.name", ["attributes", "region", "name"]],
    ["attributes/a.b/c~1d", ["attributes", "a.b", "c/d"]],
    ["t.features.lamp.properties.on", ["features", "lamp", "properties", "on"]],
    ["features/my.lamp/properties/on", ["features", "my.lamp", "properties", "on"]],
    ["_id", ["thingId"]],
    ["_namespace", ["namespace"]],
    ["t.policyId", ["policyId"]],
    ["_modified", ["_modified"]],
  ])("takes the field %s", (name, path) => {
    expect(pathOf(name)).toEqual(path);
  });

  test("directions are ascending unless said otherwise", () => {
    const text = '{"i":{"fields":[{"name":"_created"},{"name":"_modified","direction":"desc"}]}}';
    expect(customIndexList.parse(text)).toEqual([
      {
        name: "i",
        fields: [
          { path: ["_created"], descending: false },
          { path: ["_modified"], descending: true },
        ],
      },
    ]);
  });

  test.each([
    "{",
    "[]",
    '{"i":{}}',
    '{"i":{"fields":[]}}',
    '{"":{"fields":[{"name":"_created"}]}}',
    '{"i":{"fields":[{"name":"_created"}],"unique":true}}',
    '{"i":{"fields":[{"name":"nonsense"}]}}',
    '{"i":{"fields":[{"name":"attributes"}]}}',
    '{"i":{"fields":[{"name":"attributes//x"}]}}',
    '{"i":{"fields":[{"name":"features/*/properties/x"}]}}',
    '{"i":{"fields":[{"name":"_created","direction":"UP"}]}}',
    '{"i":{"fields":[{"name":"_created"},{"name":"_created","direction":"DESC"}]}}',
    `{"i":{"fields":[{"name":"attributes${"/a".repeat(100)}"}]}}`,
  ])("refuses %s", (text) => {
    expect(() => customIndexList.parse(text)).toThrow(/^must/);
  });

  test("is set by Ditto's properties", () => {
    const path = "ditto.search.index-initialization.custom-indexes.mine.fields";
    const given = [
      `-D${path}.0.name=t.attributes/region`,
      `-D${path}.1.name=t.attributes/timestamp`,
      `-D${path}.1.direction=DESC`,
    ].map(readProperty);
    expect(customIndexList.parse(withProperties("{}", given))).toEqual([
      {
        name: "mine",
        fields: [
          { path: ["attributes", "region"], descending: false },
          { path: ["attributes", "timestamp"], descending: true },
        ],
      },
    ]);
  });
});
