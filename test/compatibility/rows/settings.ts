// What depends on the settings of the server: origins, proxies.

import { as, get, patch, post, put, type Row, request, row } from "../row.ts";
import { preDefinedSettings } from "./live/pre-defined.ts";

const origin = "https://example.org";
const colour = "{thing}/attributes/colour";
const byHttps = { "x-forwarded-proto": "https" };

const rules = {
  grant: [
    { namespaces: ["org.acme*"] },
    { "resource-types": ["policy"], namespaces: ["org.open"], "auth-subjects": ["nginx:ditto"] },
    { "resource-types": ["thing"], namespaces: ["org.open"], "thing-definitions": ["org.acme:lamp:*"] },
  ],
  revoke: [{ "resource-types": ["thing"], namespaces: ["org.acme.closed"] }],
};

/** The settings that these rows tell of; they do not get into one another's way. */
export const settings = {
  ENABLE_CORS: "true",
  ENTITY_CREATION: JSON.stringify(rules),
  THING_EVENT_HISTORICAL_HEADERS_TO_PERSIST: "ditto-originator,correlation-id",
  MERGE_REMOVE_EMPTY_OBJECTS_AFTER_PATCH_CONDITION_FILTERING: "true",
  LIMITS_MESSAGES_HEADERS_SIZE: "1000",
  LIMITS_THINGS_MAX_SIZE: "2000",
  DITTO_DEFAULT_NAMESPACE: "org.acme.default",
  ...preDefinedSettings,
};

export const https = { FORCE_HTTPS: "true", REDIRECT_TO_HTTPS: "true" };

export const corsRows: readonly Row[] = [
  row(
    "ENABLE_CORS",
    "OPTIONS is answered with 200 and what is allowed",
    request("OPTIONS", "{thing}", undefined, {
      origin,
      "access-control-request-headers": "x-one, x-two",
    }).gives(200, {
      headers: {
        "access-control-allow-origin": origin,
        "access-control-allow-methods": /^(?=.*GET)(?=.*PUT)(?=.*PATCH)(?=.*POST)(?=.*DELETE)(?=.*OPTIONS)/,
        "access-control-allow-headers": /^x-one,\s?x-two$/,
      },
    }),
  ),
  row(
    "ENABLE_CORS",
    "every answer names the origin, or `*` without one",
    get("{thing}", { origin }).gives(200, { headers: { "access-control-allow-origin": origin } }),
    get("{thing}").gives(200, { headers: { "access-control-allow-origin": "*" } }),
    get("{thing}-none", { origin }).gives(404, { headers: { "access-control-allow-origin": origin } }),
  ),
];

export const withoutCorsRows: readonly Row[] = [
  row(
    "origin",
    "without ENABLE_CORS nothing is said of origins",
    get("{thing}", { origin }).gives(200, { headers: { "access-control-allow-origin": null } }),
    request("OPTIONS", "{thing}", undefined, { origin }).gives(405),
  ),
  row(
    "x-forwarded-proto",
    "is the scheme of Location",
    put("{thing}/attributes/new", 1, byHttps).gives(201, { headers: { location: /^https:\/\// } }),
  ),
];

export const httpsRows: readonly Row[] = [
  row(
    "FORCE_HTTPS",
    "what did not come by HTTPS, as the proxy tells, is not found",
    get(colour).gives(404, { headers: { "content-type": /^text\/plain/ } }),
    get(colour, { "x-forwarded-proto": "http" }).gives(404),
    get(colour, byHttps).gives(200, { body: "red" }),
  ),
  row(
    "REDIRECT_TO_HTTPS",
    "anything but the API and the status is redirected instead",
    get("/somewhere").gives(301, { headers: { location: /^https:\/\/.*\/somewhere$/ } }),
    get("/api/2/whoami").gives(404),
  ),
];

export const creationRuleRows: readonly Row[] = [
  row(
    "ENTITY_CREATION",
    "only what a grant names can be created: by namespace, kind, subject and definition",
    post("/api/2/things?namespace=org.acme.sub", {}).gives(201),
    put("/api/2/things/org.other:{name}", { policyId: "org.acme:policy" }).fails(403, "entity.notcreatable"),
    put("/api/2/things/org.open:{name}", { policyId: "org.acme:policy" }).fails(403, "entity.notcreatable"),
    put("/api/2/things/org.open:{name}", {
      policyId: "org.acme:policy",
      definition: "org.acme:lamp:1.0.0",
    }).gives(201),
    put("/api/2/policies/org.open:{name}", { entries: {} }, as("nginx:other")).fails(
      403,
      "entity.notcreatable",
    ),
    get("{thing}").gives(200),
  ),
  row(
    "ENTITY_CREATION",
    "what a revoke names cannot be",
    put("/api/2/things/org.acme.closed:{name}", { policyId: "org.acme:policy" }).fails(
      403,
      "entity.notcreatable",
    ),
  ),
];

export const settingsRows: readonly Row[] = [
  row(
    "THING_EVENT_HISTORICAL_HEADERS_TO_PERSIST",
    "these headers of a change are told when its state is read from history",
    put(colour, "blue", { "correlation-id": "mine" }).gives(204),
    put(colour, "green").gives(204),
    get("{thing}", { "at-historical-revision": "2" }).gives(200, {
      headers: {
        "historical-headers": /(?=.*"ditto-originator":"nginx:ditto")(?=.*"correlation-id":"mine")/,
      },
    }),
  ),
  row(
    "MERGE_REMOVE_EMPTY_OBJECTS_AFTER_PATCH_CONDITION_FILTERING",
    "conditions leave no empty objects behind",
    patch(
      "{thing}",
      { attributes: { a: 1 }, features: { fan: { properties: { on: true } } } },
      { "merge-thing-patch-conditions": '{"features/fan/properties/on":"exists(attributes/none)"}' },
    ).gives(204),
    get("{thing}/features/fan").fails(404, "things:feature.notfound"),
    get("{thing}/attributes/a").gives(200, { body: 1 }),
  ),
  row(
    "LIMITS_MESSAGES_HEADERS_SIZE",
    "beyond it headers are too large",
    get(colour, { "x-long": "x".repeat(1100) }).fails(431, "headers.too.large"),
    get(colour).gives(200),
  ),
  row(
    "LIMITS_THINGS_MAX_SIZE",
    "beyond it a thing is too large",
    put(`${colour}s`, "x".repeat(2000)).fails(413, "things:thing.toolarge"),
  ),
  row(
    "DITTO_DEFAULT_NAMESPACE",
    "is where things without an id are created",
    post("/api/2/things", {}).gives(201, { text: /"thingId":"org\.acme\.default:/ }),
  ),
];
