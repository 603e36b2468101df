import { describe, expect, test } from "vitest";
import { readConfig } from "../../src/ops/config.ts";
import { customAggregationMetrics, customMetrics } from "../../src/ops/metrics-config.ts";

const one = (metric: object) =>
  customMetrics.parse(JSON.stringify({ m: metric })).find(({ name }) => name === "m");
const group = (metric: object) => customAggregationMetrics.parse(JSON.stringify({ m: metric }))[0];
const byPlace = { "group-by": { place: "attributes/place" } };

describe("custom metrics", () => {
  test("all things are counted without being asked for, unless that is ended", () => {
    expect(customMetrics.parse("{}").map(({ name, enabled }) => [name, enabled])).toEqual([
      ["total_things", true],
    ]);
    expect(customMetrics.parse('{"total_things":{"enabled":false}}')[0]?.enabled).toBe(false);
  });

  test("say what they count, how often, and under which labels", () => {
    const metric = one({
      "scrape-interval": "5m",
      namespaces: ["org.x"],
      filter: "exists(attributes/a)",
      tags: { company: "acme-corp", level: 3 },
    });

    expect(metric).toMatchObject({
      enabled: true,
      scrapeInterval: 300_000,
      namespaces: ["org.x"],
      filter: "exists(attributes/a)",
    });
    expect(metric?.labels.map(({ name, template }) => [name, ...template.resolve(() => [])])).toEqual([
      ["company", "acme-corp"],
      ["level", "3"],
    ]);
  });

  test("an empty filter, an empty list of namespaces and an interval of 0 say nothing", () => {
    expect(one({ filter: "", namespaces: [], "scrape-interval": 0 })).toMatchObject({
      filter: undefined,
      namespaces: undefined,
      scrapeInterval: undefined,
    });
  });

  test.each([
    ["an interval below a second", { "scrape-interval": "500ms" }, "at least 1s"],
    ["an interval beyond what timers hold", { "scrape-interval": "30d" }, "24 days"],
    ["an interval that is none", { "scrape-interval": "soon" }, "at least 1s"],
    ["a filter that is no text", { filter: 3 }, '"m".filter'],
    ["a switch that is neither on nor off", { enabled: "maybe" }, "true or false"],
    ["namespaces that are no list", { namespaces: "org.x" }, "list of texts"],
    ["a tag that is no plain value", { tags: { a: [] } }, '"a" is not'],
    ["two tags that become one label", { tags: { "a-b": "1", a_b: "2" } }, "a_b"],
    ["a label that begins with a digit", { tags: { "1a": "1" } }, "begin with a letter"],
    ["a member that nobody knows", { groupby: {} }, "groupby"],
  ])("%s is refused", (_, metric, reason) => {
    expect(() => one(metric)).toThrow(reason);
  });

  test("a name becomes one of Prometheus, and no two may become the same", () => {
    expect(customMetrics.parse('{"my-things":{}}').map(({ name }) => name)).toContain("my_things");
    expect(() => customMetrics.parse('{"my-things":{},"my_things":{}}')).toThrow("my_things");
  });
});

describe("custom aggregation metrics", () => {
  test("take the values of groups into their labels", () => {
    const metric = group({
      ...byPlace,
      tags: { place: "{{ group-by:place | fn:default('nowhere') }}", "hard-coded": "x" },
    });
    const labels = (values: readonly string[]) =>
      metric?.labels.map(({ name, template }) => [name, ...template.resolve(() => values)]);

    expect(labels(["Berlin"])).toEqual([
      ["place", "Berlin"],
      ["hard_coded", "x"],
    ]);
    expect(labels([])?.[0]).toEqual(["place", "nowhere"]);
  });

  test.each([
    ["without a field to group by", {}, "at least one field"],
    [
      "with a placeholder that is not declared",
      { ...byPlace, tags: { a: "{{ group-by:other }}" } },
      "placeholder",
    ],
    ["with a placeholder of another kind", { ...byPlace, tags: { a: "{{ inline:health }}" } }, "placeholder"],
    ["with several filters, as before Ditto 3.7.3", { ...byPlace, filters: {} }, "filters"],
  ])("%s are refused", (_, metric, reason) => {
    expect(() => group(metric)).toThrow(reason);
  });

  test("can be set by Ditto's properties", () => {
    const path = "-Dditto.search.operator-metrics.custom-aggregation-metrics.online";
    const { customAggregationMetrics: metrics } = readConfig({}, [
      `${path}.enabled=true`,
      `${path}.scrape-interval=20m`,
      `${path}.namespaces.0=org.eclipse.ditto`,
      `${path}.group-by.isGateway=attributes/Info/gateway`,
      `${path}.tags.isGateway={{ group-by:isGateway }}`,
      `${path}.filter=gt(attributes/a,1)`,
    ]);

    expect(metrics[0]).toMatchObject({
      name: "online",
      enabled: true,
      scrapeInterval: 1_200_000,
      namespaces: ["org.eclipse.ditto"],
      groupBy: new Map([["isGateway", "attributes/Info/gateway"]]),
      filter: "gt(attributes/a,1)",
    });
  });
});
