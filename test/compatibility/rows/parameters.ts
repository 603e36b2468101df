// Query parameters of the things resources: those of their own, and those that count as headers.

import { as, del, get, later, patch, post, put, type Row, row } from "../row.ts";
import { lamp, wholeLamp } from "../scene.ts";

const colour = "{thing}/attributes/colour";
const ids = (list: string, more = "") => `/api/2/things?ids=${list}${more}`;
const { light } = lamp.features;
const all = { grant: ["READ", "WRITE"], revoke: [] };

const admin = { subjects: { "nginx:admin": { type: "t" } }, resources: { "policy:/": all, "thing:/": all } };
const guest = { subjects: { "nginx:ditto": { type: "t" } }, resources: { "thing:/": all } };
/** The creator may write the thing, but not the policy. */
const _policy = { entries: { admin, guest } };

const selecting: readonly Row[] = [
  row(
    "?fields",
    "selects members of the answer, nested ones by paths or parentheses",
    get("{thing}?fields=thingId,attributes(colour,place/room),features/light/properties/on").gives(200, {
      body: {
        thingId: "{id}",
        attributes: { colour: "red", place: { room: 1 } },
        features: { light: { properties: { on: false } } },
      },
    }),
    get("{thing}?fields=attributes/none").gives(200, { body: {} }),
  ),
  row(
    "?fields",
    "`features/*` stands for every feature",
    put("{thing}/features/fan", { properties: { on: true, rpm: 1 } }).gives(201),
    get("{thing}?fields=features/*/properties/on").gives(200, {
      body: { features: { light: { properties: { on: false } }, fan: { properties: { on: true } } } },
    }),
  ),
  row(
    "?fields",
    "special members are told only when selected; `_context` and unknown ones are absent",
    get("{thing}?fields=_namespace,_revision,_created,_modified,_policy,_context,_none").gives(200, {
      has: { _namespace: "org.acme", _revision: 1, _policy: { policyId: "org.acme:policy" } },
      text: /^(?!.*(_context|_none))(?=.*"_created":"\d{4}-[^"]+Z")(?=.*"_modified":"\d{4}-[^"]+Z")/,
    }),
    get("{thing}").gives(200, { body: wholeLamp }),
  ),
  row(
    "?fields",
    "selects within attributes, features, a feature, properties and desired properties",
    get("{thing}/attributes?fields=place/room").gives(200, { body: { place: { room: 1 } } }),
    get("{thing}/features?fields=light/properties/on").gives(200, {
      body: { light: { properties: { on: false } } },
    }),
    get("{thing}/features/light?fields=definition").gives(200, { body: { definition: light.definition } }),
    get("{thing}/features/light/properties?fields=on").gives(200, { body: { on: false } }),
    get("{thing}/features/light/desiredProperties?fields=level/now").gives(200, {
      body: { level: { now: 6 } },
    }),
  ),
  row(
    "?fields",
    "a malformed selector is refused",
    get("{thing}?fields=a(b").fails(400, "json.fieldselector.invalid"),
    get(ids("{id}", "&fields=a(b")).fails(400, "json.fieldselector.invalid"),
  ),
];

const several: readonly Row[] = [
  row(
    "GET /things",
    "answers the things of `ids` that can be read; without `ids` all that can be",
    get(ids("{id},org.acme:missing")).gives(200, { body: [wholeLamp], headers: { etag: null, link: null } }),
    get("/api/2/things").gives(200, {
      headers: { link: /^<\/api\/2\/things>; rel=canonical/ },
      text: /"thingId"/,
    }),
    get("/api/2/things", as("nginx:stranger")).gives(200, { body: [] }),
  ),
  row(
    "?ids",
    "between commas, in the order asked; what is missing or unreadable is left out; a bad one is refused",
    put("{thing}-2", { policyId: "org.acme:policy" }).gives(201),
    get(ids("{id}-2,org.acme:missing,{id}", "&fields=thingId")).gives(200, {
      body: [{ thingId: "{id}-2" }, { thingId: "{id}" }],
    }),
    get(ids("{id}"), as("nginx:stranger")).gives(200, { body: [] }),
    get(ids("bad%20id")).fails(400, "things:id.invalid"),
  ),
  row(
    "?namespaces",
    "limits the list of all things to these namespaces",
    get("/api/2/things?namespaces=org.acme&fields=thingId&option=size(200)").gives(200, {
      text: /"thingId":"org\.acme:/,
    }),
    get("/api/2/things?namespaces=org.other").gives(200, { body: [] }),
  ),
  row(
    "?option",
    "the size of a page is 1 to 200; another option is refused",
    get("/api/2/things?option=size(1)").gives(200, { headers: { link: /rel=canonical/ } }),
    get("/api/2/things?option=size(1000)").fails(400, "thing-search:search.option.invalid"),
    get("/api/2/things?option=bogus(1)").fails(400, "rql.expression.invalid"),
  ),
  row(
    "?namespace",
    "of POST: where the thing is created; a bad one is refused",
    post("/api/2/things?namespace=org.other", { policyId: "org.acme:policy" }).gives(201, {
      text: /"thingId":"org\.other:[0-9a-f-]{36}"/,
    }),
    post("/api/2/things?namespace=1bad", {}).fails(400, "things:id.invalid"),
  ),
];

const waiting: readonly Row[] = [
  row(
    "?response-required",
    "`false` is answered with 202 and done; what is no boolean is refused",
    put(`${colour}?response-required=false`, "blue").gives(202),
    get(colour).gives(200, { body: "blue" }),
    put(`${colour}?response-required=maybe`, "red").fails(400, "header.invalid", {
      has: { invalidHeaderKey: "response-required" },
    }),
  ),
  row(
    "?timeout",
    "a number of seconds, or with ms, s or m; 0 is answered with 202",
    put(`${colour}?timeout=10`, "blue").gives(204),
    put(`${colour}?timeout=500ms`, "blue").gives(204),
    put(`${colour}?timeout=1m`, "blue").gives(204),
    put(`${colour}?timeout=0`, "green").gives(202),
    put(`${colour}?timeout=0s&response-required=false`, "green").gives(202),
    get(colour).gives(200, { body: "green" }),
  ),
  row(
    "?timeout",
    "more than a minute, or no duration, is refused",
    put(`${colour}?timeout=61s`, "blue").fails(400, "gateway:timeout.invalid"),
    put(`${colour}?timeout=10m`, "blue").fails(400, "gateway:timeout.invalid"),
    put(`${colour}?timeout=abc`, "blue").fails(400, "timeout.invalid"),
    put(`${colour}?timeout=-1`, "blue").fails(400, "timeout.invalid"),
  ),
  row(
    "?timeout",
    "0 contradicts `response-required=true` and requested acknowledgements",
    put(`${colour}?response-required=true&timeout=0`, "blue").fails(400, "header.invalid", {
      has: { invalidHeaderKey: "timeout" },
    }),
    put(`${colour}?timeout=0&requested-acks=twin-persisted`, "blue").fails(400, "header.invalid", {
      has: { invalidHeaderKey: "timeout" },
    }),
  ),
  row(
    "?requested-acks",
    "`twin-persisted`, an empty list and `live-response` leave the answer as it is",
    put(`${colour}?requested-acks=twin-persisted`, "blue").gives(204),
    put(`${colour}?requested-acks=[]`, "blue").gives(204),
    put(`${colour}?requested-acks=`, "blue").gives(204),
    put(`${colour}?requested-acks=live-response`, "blue").gives(204),
    put(`${colour}?response-required=false&requested-acks=twin-persisted`, "blue").gives(202),
  ),
  row(
    "?requested-acks",
    "a label that nobody acknowledges ends in 408; with `twin-persisted` beside it in 424 of both",
    put(`${colour}?requested-acks=my:label&timeout=200ms`, "blue").fails(
      408,
      "acknowledgement:request.timeout",
      {
        headers: { timeout: "200ms", "response-required": "false" },
      },
    ),
    put(`${colour}?requested-acks=twin-persisted,my:label&timeout=200ms`, "green").gives(424, {
      has: {
        "twin-persisted": { status: 204 },
        "my:label": { status: 408, payload: { error: "acknowledgement:request.timeout" } },
      },
    }),
    get(colour).gives(200, { body: "green" }),
  ),
  row(
    "?requested-acks",
    "what is no label is refused",
    put(`${colour}?requested-acks=bad%20label`, "blue").fails(400, "header.invalid", {
      has: { invalidHeaderKey: "requested-acks" },
    }),
  ),
];

const asHeaders: readonly Row[] = [
  row(
    "?condition",
    "counts as the header: the command happens only where it holds",
    put(`${colour}?condition=eq(attributes%2Fcolour%2C%22red%22)`, "blue").gives(204),
    put(`${colour}?condition=eq(attributes%2Fcolour%2C%22red%22)`, "green").fails(
      412,
      "things:condition.failed",
    ),
    get("{thing}?condition=exists(attributes%2Fnone)").fails(412, "things:condition.failed"),
    patch("{thing}?condition=exists(attributes%2Fnone)", { attributes: { a: 1 } }).fails(
      412,
      "things:condition.failed",
    ),
    del(`${colour}?condition=exists(attributes%2Fnone)`).fails(412, "things:condition.failed"),
    get(`${colour}?condition=bogus(attributes%2Fcolour)`).fails(400, "things:condition.invalid"),
  ),
  row(
    "?correlation-id",
    "counts as the header",
    get(`${colour}?correlation-id=asked`).gives(200, { headers: { "correlation-id": "asked" } }),
  ),
  row(
    "?channel",
    "`twin` is what is asked anyway; what is neither `twin` nor `live` is refused",
    get(`${colour}?channel=twin`).gives(200, { body: "red" }),
    put(`${colour}?channel=TWIN`, "blue").gives(204),
    get(`${colour}?channel=bogus`).fails(400, "header.invalid", { has: { invalidHeaderKey: "channel" } }),
  ),
  row(
    "?live-channel-timeout-strategy",
    "has no effect on the twin",
    get(`${colour}?live-channel-timeout-strategy=use-twin`).gives(200, { body: "red" }),
    get(`${colour}?live-channel-timeout-strategy=bogus`).gives(200, { body: "red" }),
  ),
  row(
    "?allow-policy-lockout",
    "`true` lets a thing be created with a policy that its creator may not change",
    put("{thing}-locked", { _policy }).fails(403, "things:thing.notcreatable"),
    put("{thing}-locked?allow-policy-lockout=true", { _policy }).gives(201),
    put("{thing}-open?allow-policy-lockout=maybe", {}).fails(400, "header.invalid", {
      has: { invalidHeaderKey: "allow-policy-lockout" },
    }),
  ),
  row(
    "?declared-acks",
    "belongs to sessions; a command is not changed by it",
    put(`${colour}?declared-acks=my-ack`, "blue").gives(204),
  ),
  row(
    "?at-historical-revision",
    "counts as the header: reads an earlier state",
    put(colour, "blue").gives(204),
    get("{thing}?at-historical-revision=1").gives(200, { body: wholeLamp, headers: { etag: '"rev:1"' } }),
    get("{thing}?at-historical-revision=99").fails(404, "things:thing.history.notfound"),
    get("{thing}?at-historical-revision=abc").fails(400, "header.invalid", {
      has: { invalidHeaderKey: "at-historical-revision" },
    }),
  ),
  row(
    "?at-historical-timestamp",
    "counts as the header: reads the state of that time",
    get("{thing}?at-historical-timestamp=2020-01-01T00:00:00Z").fails(404, "things:thing.history.notfound"),
    get("{thing}?at-historical-timestamp={now}").gives(200, { body: wholeLamp }),
  ),
  later(
    "WoT",
    row(
      "?dry-run",
      "of migrateDefinition: tells what would be migrated",
      post("{thing}/migrateDefinition?dry-run=true", {}).fails(400, "header.notsupported"),
    ),
  ),
  later(
    "WoT",
    row(
      "?accept",
      "counts as the header; only `application/td+json` makes a difference",
      get("{thing}?accept=application/json").gives(200, { body: wholeLamp }),
    ),
  ),
  row(
    "?if-match and other headers",
    "a header that is not on Ditto's list does not count as a parameter, nor does an unknown parameter",
    put(`${colour}?if-match=%22rev%3A99%22&if-equal=skip`, "red").gives(204),
    get(`${colour}?bogus=1&put-metadata=x`).gives(200, { body: "red" }),
  ),
  row(
    "any parameter",
    "a query with malformed escapes is a bad request, in plain text",
    get(`${colour}?%`).gives(400, { headers: { "content-type": /^text\/plain/ } }),
    put(`${colour}?x=%zz`, "blue").gives(400),
  ),
];

export const parameterRows: readonly Row[] = [...several, ...selecting, ...waiting, ...asHeaders];
