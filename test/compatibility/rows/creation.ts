// How things come into being, and what they may be called.

import { as, get, post, put, type Row, row } from "../row.ts";
import { policy } from "../scene.ts";

const all = "/api/2/things";
const underPolicy = { policyId: "org.acme:policy" };
const { entries } = policy;
const badId = (path: string) => put(`${all}/${path}`, {}).fails(400, "things:id.invalid");

const ways: readonly Row[] = [
  row(
    "POST /things",
    "creates a thing with an id of the server's choice, in the default namespace",
    post(all, { ...underPolicy, attributes: { a: 1 } }).gives(201, {
      has: { policyId: "org.acme:policy", attributes: { a: 1 } },
      text: /"thingId":"org\.eclipse\.ditto:[0-9a-f-]{36}"/,
      headers: {
        etag: '"rev:1"',
        "entity-revision": "1",
        location: /\/api\/2\/things\/org\.eclipse\.ditto:/,
      },
    }),
    post(all, { thingId: "{id}-new" }).fails(400, "things:id.notsettable"),
    post(all, [1]).fails(400, "json.invalid"),
  ),
  row(
    "a thing's policy",
    "without any, one of the thing's id is made that grants its creator everything",
    put("{thing}-new", {}).gives(201, { body: { thingId: "{id}-new", policyId: "{id}-new" } }),
    get("/api/2/policies/{id}-new").gives(200, {
      has: { policyId: "{id}-new", entries: { DEFAULT: { subjects: { "nginx:ditto": {} } } } },
    }),
  ),
  row(
    "a thing's policy",
    "`policyId` names one that exists and can be read",
    put("{thing}-new", underPolicy).gives(201, { body: { thingId: "{id}-new", ...underPolicy } }),
    put("{thing}-none", { policyId: "org.acme:missing" }).fails(404, "policies:policy.notfound"),
    put("{thing}-bad", { policyId: "bad" }).fails(400, "policies:id.invalid"),
    put("{thing}-stranger", underPolicy, as("nginx:stranger")).fails(404, "policies:policy.notfound"),
  ),
  row(
    "a thing's policy",
    "`_policy` brings one along, of the thing's id or of `policyId`",
    put("{thing}-new", { _policy: { entries } }).gives(201, {
      body: { thingId: "{id}-new", policyId: "{id}-new" },
    }),
    put("{thing}-other", { policyId: "{id}-policy", _policy: { entries } }).gives(201, {
      body: { thingId: "{id}-other", policyId: "{id}-policy" },
    }),
    get("{thing}-new?fields=_policy").gives(200, { has: { _policy: { policyId: "{id}-new", entries } } }),
    put("{thing}-new", { _policy: { entries }, attributes: { a: 1 } }).gives(204),
  ),
  row(
    "a thing's policy",
    "`_copyPolicyFrom` copies one, named by its id or by a thing that has it",
    put("{thing}-copy", { _copyPolicyFrom: "org.acme:policy" }).gives(201, {
      body: { thingId: "{id}-copy", policyId: "{id}-copy" },
    }),
    get("/api/2/policies/{id}-copy").gives(200, { has: { policyId: "{id}-copy", entries } }),
    put("{thing}-ref", { _copyPolicyFrom: "{{ ref:things/{id}/policyId }}" }).gives(201),
    get("/api/2/policies/{id}-ref").gives(200, { has: { policyId: "{id}-ref", entries } }),
    put("{thing}-none", { _copyPolicyFrom: "org.acme:missing" }).fails(404, "policies:policy.notfound"),
    post(all, { _copyPolicyFrom: "{{ ref:things/x }}" }).fails(400, "policies:id.invalid"),
    put("{thing}-both", { _copyPolicyFrom: "org.acme:policy", _policy: { entries } }).fails(
      400,
      "things:policy.conflicting",
    ),
  ),
  row(
    "a thing's policy",
    "a thing that is replaced keeps it unless the new one names another",
    put("{thing}", { attributes: { a: 1 } }).gives(204),
    get("{thing}").gives(200, { body: { thingId: "{id}", ...underPolicy, attributes: { a: 1 } } }),
  ),
  row(
    "a deleted thing",
    "is not found; created again it goes on with its revisions",
    put("{thing}-again", underPolicy).gives(201),
    { ...put("{thing}-again", underPolicy).gives(204), method: "DELETE" },
    get("{thing}-again").fails(404, "things:thing.notfound"),
    put("{thing}-again", underPolicy).gives(201, { headers: { "entity-revision": "3", etag: '"rev:3"' } }),
  ),
];

const bodies: readonly Row[] = [
  row(
    "a thing's members",
    "unknown ones are left out; null is kept where it is no deletion",
    put("{thing}-new", { ...underPolicy, something: 1, _x: 2, attributes: null }).gives(201, {
      body: { thingId: "{id}-new", ...underPolicy, attributes: null },
    }),
    put("{thing}-feature", { ...underPolicy, features: { f: null } }).gives(201, {
      body: { thingId: "{id}-feature", ...underPolicy, features: { f: null } },
    }),
  ),
  row(
    "a thing's members",
    "of the wrong kind are refused, as is the id of another thing",
    put("{thing}", { attributes: 5 }).fails(400, "json.invalid"),
    put("{thing}", { features: [] }).fails(400, "json.invalid"),
    put("{thing}", { definition: "x" }).fails(400, "things:definition.identifier.invalid"),
    put("{thing}", { thingId: "org.acme:other" }).fails(400, "things:id.notsettable"),
  ),
  row(
    "a definition",
    "is `namespace:name:version` or the URL of a model",
    put("{thing}/definition", "a.b_c-d:e:1.0").gives(204),
    put("{thing}/definition", "https://example.org/model.tm.jsonld").gives(204),
    put("{thing}/definition", "a:b").fails(400, "things:definition.identifier.invalid"),
    put("{thing}/definition", null).gives(204),
    put("{thing}/features/light/definition", ["a:b:1", "https://example.org/m"]).gives(204),
    put("{thing}/features/light/definition", ["a b:c:1"]).fails(400, "things:definition.identifier.invalid"),
  ),
];

const names: readonly Row[] = [
  row(
    "a thing's id",
    "is a namespace, a colon and a name",
    badId("invalid"),
    badId("org.acme:"),
    badId("1org:x"),
    badId("org..acme:x"),
    badId("org.acme.:x"),
    badId("org.1:x"),
    badId("org%20acme:x"),
    put(`${all}/org.acme-sub.x_1:name`, {}).gives(201),
    put(`${all}/Org:a:b;c@d&e=f+g,$!*'()~`, {}).gives(201),
  ),
  row(
    "a thing's id",
    "is at most 256 characters, without slashes and characters of U+0000–U+001F and U+007F–U+00FF",
    badId(`org.acme:${"x".repeat(248)}`),
    put(`${all}/org.acme:${"x".repeat(247)}`, {}).gives(201),
    badId("org.acme:a%2Fb"),
    badId("org.acme:a%00b"),
    badId("org.acme:%C3%BC"),
    badId("org.acme:%FF"),
    put(`${all}/org.acme:%E2%82%AC`, {}).gives(201, { has: { thingId: "org.acme:€" } }),
  ),
  row(
    "a thing's id",
    "may be percent-encoded",
    put(`${all}/org.acme%3A{name}%20b%3Fc`, {}).gives(201, { has: { thingId: "{id} b?c" } }),
    get(`${all}/org.acme:{name}%20b%3Fc`).gives(200),
  ),
];

export const creationRows: readonly Row[] = [...ways, ...bodies, ...names];
