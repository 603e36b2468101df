// Who somebody is, what follows from it beside policies, and what becomes of subjects in time.

import { as, command, del, differs, get, post, put, type Row, request, row, saidBy, say } from "../../row.ts";

const own = "/api/2/policies/{id}";
const all = { grant: ["READ", "WRITE"], revoke: [] };
const owner = {
  subjects: { "nginx:ditto": { type: "test" } },
  resources: { "thing:/": all, "policy:/": all, "message:/": all },
};
const first = put(own, { entries: { owner } }).gives(201);

/** A token of an issuer that nobody trusts; its signature is none. */
const token = [
  { alg: "RS256", kid: "k" },
  { iss: "https://example.org", sub: "ada", exp: 4102444800 },
]
  .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
  .concat("c2ln")
  .join(".");

export const identityRows: readonly Row[] = [
  row(
    "authorization",
    "a token of an issuer that is not trusted is refused",
    get("/api/2/whoami", { authorization: `Bearer ${token}` }).fails(401, "gateway:jwt.issuer.notsupported"),
    get("/api/2/whoami", { authorization: "Bearer a.b.c" }).fails(400, "jwt:invalid"),
    get("/api/2/whoami", { authorization: "Digest x" }).fails(401, "gateway:authentication.failed"),
  ),
  differs(
    row(
      "x-ditto-pre-authenticated",
      "may be a query parameter too",
      get("/api/2/whoami?x-ditto-pre-authenticated=nginx:admin").gives(200, {
        has: { defaultSubject: "nginx:ditto" },
      }),
    ),
    "a proxy that removes the header would let the parameter pass, so it counts for nothing",
  ),
  ...["activate", "deactivate"].flatMap((verb) =>
    ["", "/entries/{label}"].map((entry) =>
      row(
        `POST /policies/{policyId}${entry}/actions/${verb}TokenIntegration`,
        "needs a token (test/e2e/oidc.test.ts has one)",
        first,
        post(`${own}${entry.replace("{label}", "owner")}/actions/${verb}TokenIntegration`, {}).fails(
          400,
          "policies:action.failed",
        ),
      ),
    ),
  ),
  row(
    "checkPermissions",
    "can be asked by a message, too",
    say({
      topic: "_/_/policies/commands/checkPermissions",
      headers: { "correlation-id": "c" },
      path: "/",
      value: { a: { resource: "thing:/", entityId: "{id}", hasPermissions: ["READ"] } },
    }).answers({
      topic: "_/_/policies/commands/checkPermissions",
      status: 200,
      value: { a: true },
    }),
  ),
  row(
    "START-SEND-POLICY-ANNOUNCEMENTS, STOP-SEND-POLICY-ANNOUNCEMENTS",
    "are acknowledged; in between a session is told of the end of its own subjects",
    first,
    put(`${own}/entries/other`, {
      subjects: { "nginx:leaving": { type: "test", announcement: { whenDeleted: true } } },
      resources: {},
    }).gives(201),
    saidBy(
      "nginx:leaving",
      say("START-SEND-POLICY-ANNOUNCEMENTS").answers("START-SEND-POLICY-ANNOUNCEMENTS:ACK"),
    ),
    del(`${own}/entries/other/subjects/nginx:leaving`).gives(204),
    saidBy(
      "nginx:leaving",
      say("STOP-SEND-POLICY-ANNOUNCEMENTS").answers({
        topic: "org.acme/{name}/policies/announcements/subjectDeletion",
        path: "/",
        value: { subjectIds: ["nginx:leaving"] },
      }),
    ),
    saidBy("nginx:leaving", command("retrieve", "/").answers("STOP-SEND-POLICY-ANNOUNCEMENTS:ACK")),
  ),
  row(
    "things/twin/acks/{label}",
    "a session acknowledges only by labels that it declared when it was opened",
    command("", "/", { topic: "org.acme/{name}/things/twin/acks/my-ack" }).answers({ status: 400 }),
    say({
      topic: "org.acme/{name}/things/twin/acks/my-ack",
      headers: { "correlation-id": "c" },
      path: "/",
      status: 200,
    }).fails(400, "acknowledgement:label.not.declared"),
  ),
];

export const policySettings = {
  POLICY_SUBJECT_EXPIRY_GRANULARITY: "5s",
  POLICY_SUBJECT_DELETION_ANNOUNCEMENT_GRANULARITY: "10s",
  DITTO_DEVOPS_FEATURE_POLICY_LOCKOUT_PREVENTION_ENABLED: "false",
  LIMITS_POLICIES_MAX_SIZE: "2000",
  NAMESPACE_ACCESS: JSON.stringify([
    { conditions: ["{{ header:x-tenant | fn:filter('eq','closed') }}"], "allowed-namespaces": ["none"] },
    {
      conditions: ["{{ header:x-tenant | fn:default('open') | fn:filter('eq','open') }}"],
      "blocked-namespaces": ["org.blocked", "org.blocked.*"],
    },
  ]),
};

const closed = { "x-tenant": "closed" };
const subject = `${own}/entries/owner/subjects/nginx:guest`;

export const policySettingRows: readonly Row[] = [
  row(
    "POLICY_SUBJECT_EXPIRY_GRANULARITY",
    "an expiry is rounded up to it",
    first,
    put(subject, { type: "t", expiry: "2099-12-01T10:11:12Z" }).gives(201, {
      body: { type: "t", expiry: "2099-12-01T10:11:15Z" },
    }),
    put(subject, { type: "t", expiry: "2019-12-01T10:11:12Z" }).fails(400, "policies:label.invalid"),
  ),
  row(
    "POLICY_SUBJECT_DELETION_ANNOUNCEMENT_GRANULARITY",
    "`beforeExpiry` is rounded up to it",
    first,
    put(subject, {
      type: "t",
      expiry: "2099-12-01T10:11:15Z",
      announcement: { beforeExpiry: "11s", whenDeleted: true },
    }).gives(201, { has: { announcement: { beforeExpiry: "20s", whenDeleted: true } } }),
  ),
  row(
    "policy-lockout-prevention-enabled",
    "`false`: a policy may be left without an administrator",
    first,
    del(`${own}/entries/owner`).gives(204),
    get(own).fails(404, "policies:policy.notfound"),
  ),
  row(
    "LIMITS_POLICIES_MAX_SIZE",
    "beyond it a policy is too large",
    first,
    put(`${own}/entries/long`, { subjects: { [`nginx:${"x".repeat(2000)}`]: { type: "t" } } }).fails(
      413,
      "policies:policy.toolarge",
    ),
  ),
  row(
    "namespace-access",
    "whom no rule lets into a namespace is refused before any policy is asked, on every endpoint",
    get("{thing}", closed).fails(403, "gateway:namespace.notaccessible"),
    get("/api/2/policies/{id}", closed).fails(403, "gateway:namespace.notaccessible"),
    get("/api/2/things?ids={id}", closed).fails(403, "gateway:namespace.notaccessible"),
    get("/api/2/things", closed).gives(200, { body: [] }),
    post("/api/2/things?namespace=org.acme", {}, closed).fails(403, "gateway:namespace.notaccessible"),
    get("{thing}").gives(200),
    put("/api/2/things/org.blocked.x:{name}", {}).fails(403, "gateway:namespace.notaccessible"),
    request("DELETE", "/api/2/policies/org.blocked:{name}", undefined, as("nginx:other")).fails(
      403,
      "gateway:namespace.notaccessible",
    ),
  ),
];
