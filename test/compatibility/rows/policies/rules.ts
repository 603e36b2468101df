// What policies say together, and what keeps them administrable.

import { as, command, del, differs, get, patch, put, type Row, row, saidBy, say } from "../../row.ts";

const own = "/api/2/policies/{id}";
const second = "/api/2/policies/{id}-2";
const ownThing = "/api/2/things/{id}-own";

const all = { grant: ["READ", "WRITE"], revoke: [] };
const read = { grant: ["READ"], revoke: [] };
const subject = (name: string) => ({ [`nginx:${name}`]: { type: "test" } });
const owner = {
  subjects: subject("ditto"),
  resources: { "thing:/": all, "policy:/": all, "message:/": all },
};
const entry = (name: string, resources: object, more: object = {}) => ({
  subjects: subject(name),
  resources,
  ...more,
});

/** A policy of these entries beside the owner's, and a thing under it. */
const scene = (entries: object, imports: object = {}) => [
  put(own, { entries: { owner, ...entries }, imports }).gives(201),
  put(ownThing, {
    policyId: "{id}",
    attributes: { open: 1, secret: { code: 2, name: "x" } },
    features: { lamp: { properties: { on: true } } },
  }).gives(201),
];

const administration: readonly Row[] = [
  row(
    "an administrator",
    "a policy without imports needs a subject that does not expire, with WRITE on `policy:/` revoked nowhere",
    put(own, { entries: { one: entry("ditto", { "policy:/": read, "thing:/": all }) } }).fails(
      403,
      "policies:policy.notcreatable",
    ),
    put(`${own}?allow-policy-lockout=true`, {
      entries: { one: entry("ditto", { "policy:/": read, "thing:/": all }) },
    }).fails(403, "policies:policy.modificationinvalid"),
    put(own, { entries: { owner } }).gives(201),
    put(`${own}/entries/owner/resources/policy:/`, read).fails(403, "policies:entry.modificationinvalid"),
    del(`${own}/entries/owner/subjects/nginx:ditto`).fails(403, "policies:entry.modificationinvalid"),
    del(`${own}/entries/owner`).fails(403, "policies:entry.modificationinvalid"),
    put(`${own}/entries`, {}).fails(403, "policies:policy.modificationinvalid"),
    put(`${own}/entries/other`, entry("ditto", { "policy:/": { grant: [], revoke: ["WRITE"] } })).fails(
      403,
      "policies:entry.modificationinvalid",
    ),
    put(`${own}/entries/owner/subjects/nginx:ditto`, { type: "t", expiry: "2099-01-01T00:00:00Z" }).fails(
      403,
      "policies:entry.modificationinvalid",
    ),
    get(own).gives(200, { headers: { etag: '"rev:1"' } }),
  ),
  row(
    "?allow-policy-lockout",
    "`true` lets a creator make a policy that only others may change",
    put(own, { entries: { one: { ...owner, subjects: subject("other") } } }).fails(
      403,
      "policies:policy.notcreatable",
    ),
    put(`${own}?allow-policy-lockout=true`, {
      entries: { one: { ...owner, subjects: subject("other") } },
    }).gives(201),
    get(own).fails(404, "policies:policy.notfound"),
    get(own, as("nginx:other")).gives(200),
  ),
];

const enforcement: readonly Row[] = [
  row(
    "revoke",
    "counts more than a grant on the same resource, and a deeper resource more than a higher one",
    ...scene({
      a: entry("user", { "thing:/": read, "thing:/attributes/secret": { grant: [], revoke: ["READ"] } }),
      b: entry("user", { "thing:/attributes/secret": read, "thing:/attributes/secret/name": read }),
    }),
    get(`${ownThing}/attributes`, as("nginx:user")).gives(200, { body: { open: 1, secret: { name: "x" } } }),
    get(`${ownThing}/attributes/secret/code`, as("nginx:user")).fails(404, "things:attribute.notfound"),
  ),
  row(
    "several subjects",
    "what one is granted deeper counts more than what another is revoked above",
    ...scene({
      a: entry("one", { "thing:/": { grant: [], revoke: ["READ"] } }),
      b: entry("two", { "thing:/attributes/open": read }),
    }),
    get(`${ownThing}/attributes`, as("nginx:one,nginx:two")).gives(200, { body: { open: 1 } }),
    get(ownThing, as("nginx:one")).fails(404, "things:thing.notfound"),
  ),
  row(
    "a write",
    "needs WRITE on all that it replaces",
    ...scene({
      a: entry("user", { "thing:/": all, "thing:/attributes/secret": { grant: [], revoke: ["WRITE"] } }),
    }),
    put(`${ownThing}/attributes`, {}, as("nginx:user")).fails(403, "things:attributes.notmodifiable"),
    put(`${ownThing}/attributes/open`, 2, as("nginx:user")).gives(204),
    del(ownThing, as("nginx:user")).fails(403, "things:thing.notdeletable"),
  ),
  row(
    "namespaces",
    "of an entry: it counts for things of these namespaces only",
    ...scene({
      here: entry("user", { "thing:/attributes": read }, { namespaces: ["org.acme"] }),
      below: entry("user", { "thing:/features": read }, { namespaces: ["org.acme.*"] }),
    }),
    put("/api/2/things/org.acme.sub:{name}", {
      policyId: "{id}",
      attributes: { a: 1 },
      features: { f: {} },
    }).gives(201),
    get(`${ownThing}?fields=attributes/open,features`, as("nginx:user")).gives(200, {
      body: { attributes: { open: 1 } },
    }),
    get("/api/2/things/org.acme.sub:{name}", as("nginx:user")).gives(200, {
      body: { thingId: "org.acme.sub:{name}", features: { f: {} } },
    }),
  ),
];

const stricter: readonly Row[] = [
  differs(
    row(
      "a merge",
      "an empty object in a merge replaces what is there, for whoever may write one part of it",
      ...scene({ a: entry("user", { "thing:/": read, "thing:/attributes/secret/name": all }) }),
      patch(`${ownThing}/attributes`, { secret: { name: "y" } }, as("nginx:user")).gives(204),
      patch(`${ownThing}/attributes`, { open: {} }, as("nginx:user")).fails(
        403,
        "things:thing.notmodifiable",
      ),
    ),
    "an empty object needs WRITE on all that it may replace",
  ),
  differs(
    row(
      "a read",
      "values that are no objects are read whole by whoever may read something below their path",
      ...scene({ a: entry("user", { "thing:/attributes/list/a": read }) }),
      put(`${ownThing}/attributes/list`, [{ a: 1, b: 2 }]).gives(201),
      get(`${ownThing}/attributes/list`, as("nginx:user")).gives(200, { body: [{ a: 1 }] }),
      put(`${ownThing}/attributes/list`, 5).gives(204),
      get(`${ownThing}/attributes/list`, as("nginx:user")).fails(404, "things:attribute.notfound"),
    ),
    "elements of arrays and plain values are filtered like members of objects",
  ),
  differs(
    row(
      "an event",
      "who may read a part that the thing does not have is sent the whole event",
      ...scene({ a: entry("user", { "thing:/attributes/none": read }) }),
      saidBy("nginx:user", say("START-SEND-EVENTS").answers("START-SEND-EVENTS:ACK")),
      put(`${ownThing}/attributes/open`, 2).gives(204),
      put(`${ownThing}/attributes/none`, 3).gives(201),
      saidBy("nginx:user", say("STOP-SEND-EVENTS").answers({ path: "/attributes/none", value: 3 })),
    ),
    "he is sent what he may read of it",
  ),
];

const template = {
  entries: {
    owner: { ...owner, importable: "never" },
    plain: entry("plain", { "thing:/attributes": read }),
    asked: entry("asked", { "thing:/attributes": read }, { importable: "explicit" }),
    open: entry(
      "base",
      { "thing:/features": read },
      { importable: "explicit", allowedAdditions: ["subjects"] },
    ),
  },
};

const imports: readonly Row[] = [
  row(
    "imports",
    "entries that are importable implicitly come along, explicit ones where named, never ones not",
    put(second, template).gives(201),
    ...scene({}, { "{id}-2": {} }),
    get(`${ownThing}/attributes/open`, as("nginx:plain")).gives(200),
    get(`${ownThing}/attributes/open`, as("nginx:asked")).fails(404, "things:attribute.notfound"),
    put(`${own}/imports/{id}-2`, { entries: ["asked"] }).gives(204),
    get(`${ownThing}/attributes/open`, as("nginx:asked")).gives(200),
  ),
  row(
    "imports",
    "a change of the imported policy takes effect at once on what imports it",
    put(second, template).gives(201),
    ...scene({}, { "{id}-2": {} }),
    saidBy(
      "nginx:plain",
      command("retrieve", "/attributes/open", {
        topic: "org.acme/{name}-own/things/twin/commands/retrieve",
      }).answers({ status: 200, value: 1 }),
    ),
    del(`${second}/entries/plain/subjects/nginx:plain`).gives(204),
    saidBy(
      "nginx:plain",
      command("retrieve", "/attributes/open", {
        topic: "org.acme/{name}-own/things/twin/commands/retrieve",
      }).answers({ status: 404 }),
    ),
    get(`${ownThing}/attributes/open`, as("nginx:plain")).fails(404, "things:attribute.notfound"),
  ),
  row(
    "imports",
    "only what exists and may be read is imported, and no policy imports itself",
    put(own, { entries: { owner }, imports: { "{id}-none": {} } }).fails(404, "policies:policy.notfound"),
    put(own, { entries: { owner }, imports: { "{id}": {} } }).fails(400, "policies:import.invalid"),
  ),
  row(
    "references",
    "of an entry add what other entries have, also imported ones",
    put(second, template).gives(201),
    ...scene(
      {
        local: { resources: {}, subjects: subject("local"), references: [{ entry: "rights" }] },
        rights: { subjects: {}, resources: { "thing:/attributes": read } },
        far: {
          subjects: subject("far"),
          resources: {},
          references: [{ import: "{id}-2", entry: "open" }],
        },
      },
      { "{id}-2": { entries: ["open"] } },
    ),
    get(`${ownThing}/attributes/open`, as("nginx:local")).gives(200),
    get(`${ownThing}/features/lamp`, as("nginx:far")).gives(200),
    del(`${own}/entries/rights`).fails(409, "policies:entry.referenceconflict"),
  ),
  row(
    "references",
    "to an entry itself, to a missing one, or twice to the same are refused",
    put(own, { entries: { owner } }).gives(201),
    put(`${own}/entries/owner/references`, [{ entry: "owner" }]).fails(400, "policies:entry.invalid"),
    put(`${own}/entries/owner/references`, [{ entry: "none" }]).fails(400, "policies:entry.invalid"),
    put(`${own}/entries/owner/references`, [{}]).fails(400, "json.field.missing"),
  ),
];

export const policyRuleRows: readonly Row[] = [...administration, ...enforcement, ...imports, ...stricter];
