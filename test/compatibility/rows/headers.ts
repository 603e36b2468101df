// The headers of Ditto's DittoHeaderDefinition, and those of HTTP.

import { resources } from "../resources.ts";
import { as, command, event, get, later, post, put, type Row, row, saidBy } from "../row.ts";
import { wholeLamp } from "../scene.ts";

const colour = "{thing}/attributes/colour";
const write = (headers: Readonly<Record<string, string>>) => put(colour, "blue", headers);
const read = (headers: Readonly<Record<string, string>>) => get(colour, headers);

const told: readonly Row[] = [
  row(
    "correlation-id",
    "comes back, in the answer and in the event; is made where there is none",
    write({ "correlation-id": "mine" }).gives(204, { headers: { "correlation-id": "mine" } }),
    event("modified", "/attributes/colour", { headers: { "correlation-id": "mine" } }),
    read({}).gives(200, { headers: { "correlation-id": /^[0-9a-f-]{36}$/ } }),
    get("{thing}/attributes/none", { "correlation-id": "mine" }).fails(404, "things:attribute.notfound", {
      headers: { "correlation-id": "mine" },
    }),
  ),
  row(
    "ditto-originator",
    "tells the first subject of whoever sent the command; one that is sent is not read",
    write({ "ditto-originator": "nginx:liar" }).gives(204, {
      headers: { "ditto-originator": "nginx:ditto" },
    }),
    event("modified", "/attributes/colour", { headers: { "ditto-originator": "nginx:ditto" } }),
    read(as("nginx:reader,nginx:more")).gives(200, { headers: { "ditto-originator": "nginx:reader" } }),
  ),
  row(
    "entity-revision",
    "tells the revision of the thing, in answers and events",
    write({}).gives(204, { headers: { "entity-revision": "2" } }),
    event("modified", "/attributes/colour", { revision: 2, headers: { "entity-revision": 2 } }),
    read({}).gives(200, { headers: { "entity-revision": "2" } }),
  ),
  row(
    "etag",
    "tells the revision of a whole thing, a hash of anything else; one that is sent is not read",
    get("{thing}").gives(200, { headers: { etag: '"rev:1"' } }),
    write({ etag: "nonsense" }).gives(204, { headers: { etag: /^"hash:.+"$/ } }),
  ),
  row(
    "location",
    "tells where to find what was created",
    put("{thing}/attributes/new", 1).gives(201, { headers: { location: "{url}{thing}/attributes/new" } }),
    post("/api/2/things", { policyId: "org.acme:policy" }).gives(201, {
      headers: { location: /^http:\/\/127\.0\.0\.1:\d+\/api\/2\/things\/org\.eclipse\.ditto:[0-9a-f-]{36}$/ },
    }),
    put("{thing}/attributes/new", 2, { location: "elsewhere" }).gives(204, { headers: { location: null } }),
  ),
  row(
    "www-authenticate",
    "is not sent where a proxy authenticates, which asks for credentials itself",
    read({ authorization: "Basic nonsense" }).fails(401, "gateway:authentication.failed", {
      headers: { "www-authenticate": null },
    }),
  ),
  row(
    "content-type",
    "`application/json` or `application/octet-stream` in requests with a body, `application/json` in answers",
    put(colour, "blue", { "content-type": "application/octet-stream" }).gives(204),
    put(colour, "blue", { "content-type": "application/json; charset=utf-8" }).gives(204),
    put(colour, "blue", { "content-type": "text/plain" }).fails(415, "mediatype.unsupported"),
    read({}).gives(200, { headers: { "content-type": /^application\/json/ } }),
  ),
  row(
    "response-required",
    "`false` is answered with 202; answers tell `false`, refusals of writes `true`",
    write({ "response-required": "false" }).gives(202),
    write({ "response-required": "true" }).gives(204, { headers: { "response-required": "false" } }),
    put(colour, 1, as("nginx:reader")).fails(403, "things:attribute.notmodifiable", {
      headers: { "response-required": "true" },
    }),
    write({ "response-required": "maybe" }).fails(400, "header.invalid", {
      has: { invalidHeaderKey: "response-required" },
    }),
  ),
  row(
    "timeout",
    "as the parameter",
    write({ timeout: "0" }).gives(202),
    write({ timeout: "10s" }).gives(204),
    write({ timeout: "2m" }).fails(400, "gateway:timeout.invalid"),
    write({ timeout: "soon" }).fails(400, "timeout.invalid"),
  ),
  row(
    "requested-acks",
    "as the parameter; over WebSocket a JSON array",
    write({ "requested-acks": "twin-persisted" }).gives(204),
    write({ "requested-acks": '["twin-persisted"]' }).gives(204),
    command("modify", "/attributes/colour", {
      value: "green",
      headers: { "requested-acks": ["twin-persisted"] },
    }).answers({ status: 204 }),
    command("modify", "/attributes/colour", {
      value: "red",
      headers: { "requested-acks": ["my:label"], timeout: "200ms" },
    }).answers({ status: 408 }),
  ),
  row(
    "channel",
    "`twin` is what is asked anyway; what is neither `twin` nor `live` is refused",
    write({ channel: "twin" }).gives(204),
    write({ channel: "bogus" }).fails(400, "header.invalid", { has: { invalidHeaderKey: "channel" } }),
  ),
];

const entityTags: readonly Row[] = [
  row(
    "if-match",
    "on every resource: a command happens only to what has this tag",
    ...resources.flatMap(({ path }) => [
      get(`{thing}${path}`).gives(200),
      get(`{thing}${path}`, { "if-match": "{etag}" }).gives(200),
      get(`{thing}${path}`, { "if-match": '"hash:other", "rev:77"' }).fails(
        412,
        "things:precondition.failed",
      ),
    ]),
  ),
  row(
    "if-none-match",
    "on every resource: a read of what is known already is 304",
    ...resources.flatMap(({ path }) => [
      get(`{thing}${path}`).gives(200),
      get(`{thing}${path}`, { "if-none-match": "{etag}" }).gives(304, { headers: { etag: "{etag}" } }),
      get(`{thing}${path}`, { "if-none-match": '"hash:other"' }).gives(200),
      get(`{thing}${path}`, { "if-none-match": "*" }).gives(304),
    ]),
  ),
];

const http: readonly Row[] = [
  row(
    "accept",
    "one that cannot be met is ignored",
    get("{thing}", { accept: "application/xml" }).gives(200, {
      body: wholeLamp,
      headers: { "content-type": /^application\/json/ },
    }),
  ),
  later(
    "WoT",
    row(
      "accept",
      "`application/td+json` asks for a Thing Description; without a usable definition there is none",
      get("{thing}", { accept: "application/td+json" }).fails(404, "wot:definition.invalid"),
    ),
  ),
  row(
    "authorization",
    "HTTP Basic of a user; nobody, or somebody unknown, is refused",
    read({ authorization: "Basic ZGl0dG86ZGl0dG8=" }).gives(200, { body: "red" }),
    read({ authorization: "Basic ZGl0dG86d3Jvbmc=" }).fails(401, "gateway:authentication.failed"),
    read({ "x-ditto-pre-authenticated": "" }).fails(401, "gateway:authentication.failed"),
  ),
  row(
    "authorization",
    "a malformed token is refused as such",
    read({ authorization: "Bearer nonsense" }).fails(400, "jwt:invalid"),
  ),
  row(
    "x-ditto-pre-authenticated",
    "names the subjects, between commas, where a proxy is trusted",
    get("/api/2/whoami", as("nginx:a,nginx:b")).gives(200, {
      body: { defaultSubject: "nginx:a", subjects: ["nginx:a", "nginx:b"] },
    }),
  ),
  row(
    "allow-policy-lockout",
    "as the parameter",
    put("{thing}-open", {}, { "allow-policy-lockout": "maybe" }).fails(400, "header.invalid", {
      has: { invalidHeaderKey: "allow-policy-lockout" },
    }),
    put("{thing}-open", {}, { "allow-policy-lockout": "true" }).gives(201),
  ),
  row(
    "policy-view",
    "belongs to policies; a thing takes no notice",
    get("{thing}", { "policy-view": "original" }).gives(200, { body: wholeLamp }),
  ),
  row(
    "accept-encoding",
    "long answers are compressed for those who accept gzip",
    put("{thing}/attributes/long", "x".repeat(4000)).gives(201),
    get("{thing}", { "accept-encoding": "gzip" }).gives(200, { headers: { "content-encoding": "gzip" } }),
    get("{thing}").gives(200, { headers: { "content-encoding": null } }),
  ),
  row(
    "any other header",
    "is not in the answer, but in the event, as are those of HTTP",
    write({ "x-custom": "v" }).gives(204, { headers: { "x-custom": null } }),
    event("modified", "/attributes/colour", {
      headers: { "x-custom": "v", "x-ditto-pre-authenticated": "nginx:ditto" },
    }),
  ),
  row(
    "any header",
    "all together may be 5,000 bytes; beyond, 431",
    read({ "x-long": "x".repeat(6000) }).fails(431, "headers.too.large"),
    read({ "x-long": "x".repeat(2000) }).gives(200),
  ),
];

export const headerRows: readonly Row[] = [
  ...told,
  ...entityTags,
  ...http,
  row(
    "any header",
    "over WebSocket the names count whatever their case",
    command("retrieve", "/", { headers: { "If-None-Match": '"rev:1"' } }).answers({ status: 304 }),
    saidBy(
      "nginx:reader",
      command("retrieve", "/", { headers: { "Ditto-Sudo": true } }).answers({ status: 200 }),
    ),
  ),
];
