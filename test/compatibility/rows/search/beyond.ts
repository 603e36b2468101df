// What Ditto does not have, or has elsewhere: numbers over what is found, metrics, and commands to the index.

import { as, differs, get, post, type Row, raw, row } from "../../row.ts";
import { first, own, query, things } from "./asking.ts";

const groups = (parts: Readonly<Record<string, string>>, headers = {}) =>
  get(`${things}/aggregate?${query({ filter: own("exists(thingId)"), ...parts })}`, headers);
const operator = { authorization: `Basic ${Buffer.from("devops:operators").toString("base64")}` };
const tell = (command: object, headers: object = {}) =>
  post("/devops/piggyback/search", { headers, piggybackCommand: command }, operator);

/** The settings that {@link searchSettingRows} tell of. */
export const searchSettings = {
  LIMITS_THINGS_SEARCH_DEFAULT_PAGE_SIZE: "1",
  LIMITS_THINGS_SEARCH_MAX_PAGE_SIZE: "2",
  METRICS_SECURED: "false",
  DEVOPS_PASSWORD: "operators",
  SEARCH_CUSTOM_INDEXES: '{"rooms":{"fields":[{"name":"attributes/place/room","direction":"ASC"}]}}',
  SEARCH_NAMESPACE_INDEXED_FIELDS: '[{"namespace-pattern":"org.acme","indexed-fields":["attributes/place"]}]',
  SEARCH_CUSTOM_METRICS: '{"lamps":{"scrape-interval":"1s","filter":"exists(attributes/place)"}}',
};

export const beyondSearchRows: readonly Row[] = [
  differs(
    row(
      "GET /search/things/aggregate",
      "is no resource",
      first,
      groups({ groupBy: "attributes/colour", aggregates: "count,avg(attributes/place/floor)" }).gives(200, {
        body: {
          groups: [
            { by: { "attributes/colour": "red" }, values: { count: 1, "avg(attributes/place/floor)": 2 } },
          ],
          truncated: false,
        },
      }),
      groups({ groupBy: "attributes/colour" }, as("nginx:operator")).gives(200, {
        body: { groups: [{ by: {}, values: { count: 1 } }], truncated: false },
      }),
      groups({ aggregates: "most(attributes/a)" }).fails(400, "thing-search:search.option.invalid"),
      post(`${things}/aggregate`, raw(query({ filter: own("exists(thingId)") })), {
        "content-type": "application/x-www-form-urlencoded",
      }).gives(200, { body: { groups: [{ by: {}, values: { count: 1 } }], truncated: false } }),
    ),
    "an addition: counts, sums, averages, extremes and percentiles of what is found, in groups",
  ),
  differs(
    row(
      "GET /metrics",
      "is at a port of its own",
      get("/metrics").gives(401),
      get("/metrics", { authorization: "Basic bm86bm8=" }).gives(401),
    ),
    "is for whoever may see the status, in the format of Prometheus",
  ),
];

export const searchSettingRows: readonly Row[] = [
  row(
    "LIMITS_THINGS_SEARCH_DEFAULT_PAGE_SIZE, …_MAX_PAGE_SIZE",
    "are how long a page is, and may be",
    get(`${things}?fields=thingId&option=sort(%2BthingId)`).gives(200, { text: /^\{"items":\[[^,]*\]/ }),
    get(`${things}?option=size(2)`).gives(200),
    get(`${things}?option=size(3)`).fails(400, "thing-search:search.option.invalid"),
  ),
  row(
    "SEARCH_CUSTOM_INDEXES",
    "make ranges and orders fast, and change nothing that is found",
    first,
    get(
      `${things}?${query({ filter: own("ge(attributes/place/room,1)"), option: "sort(-attributes/place/room)", fields: "thingId" })}`,
    ).gives(200, { has: { items: [{ thingId: "{id}" }] } }),
  ),
  row(
    "SEARCH_NAMESPACE_INDEXED_FIELDS",
    "are the only fields that the things of a namespace are found by",
    first,
    get(`${things}/count?${query({ filter: own("exists(attributes/place/floor)") })}`).gives(200, {
      body: 1,
    }),
    get(`${things}/count?${query({ filter: own("exists(attributes/colour)") })}`).gives(200, { body: 0 }),
  ),
  row(
    "METRICS_SECURED, SEARCH_CUSTOM_METRICS",
    "let anybody see the metrics, among them numbers of things",
    get("/metrics").gives(200, {
      headers: { "content-type": /^text\/plain/ },
      text: /(?=.*# TYPE total_things gauge)(?=.*# TYPE lamps gauge)(?=.*\npollux_search_index_lag_seconds )/s,
    }),
  ),
  row(
    "POST /devops/piggyback/search",
    "writes a thing, or all, into the index again, for operators only",
    tell({ type: "thing-search.sudo.commands:sudoUpdateThing", thingId: "{id}" }).gives(200, {
      has: { status: 204 },
    }),
    tell({ type: "common.commands:shutdown" }, { "force-update": true }).gives(200),
    tell({ type: "status.commands:retrieveHealth" }).gives(200, { has: { statusInfo: { status: "UP" } } }),
    tell({ type: "bogus" }).fails(400, "json.type.notparsable"),
    post("/devops/piggyback/search", {}).gives(401),
  ),
];
