// Policies as they take effect, and what somebody may do by them.

import { as, differs, get, post, put, type Row, row } from "../../row.ts";

const own = "/api/2/policies/{id}";
const template = "/api/2/policies/{id}-template";
const checks = "/api/2/checkPermissions";

const all = { grant: ["READ", "WRITE"], revoke: [] };
const read = { grant: ["READ"], revoke: [] };
const entry = (name: string, resources: object, more: object = {}) => ({
  subjects: { [`nginx:${name}`]: { type: "test" } },
  resources,
  ...more,
});
const owner = entry("ditto", { "thing:/": all, "policy:/": all, "message:/": all }, { importable: "never" });
const reader = entry("reader", { "thing:/attributes": read, "policy:/": read });
const open = entry("reader", { "policy:/entries/open": read });
const normal = (of: object) => ({ importable: "implicit", ...of });

const importing = [
  put(template, { entries: { owner, open, hidden: entry("x", {}) } }).gives(201),
  put(own, { entries: { owner, reader }, imports: { "{id}-template": {} } }).gives(201),
];
const imported = {
  "imported-{id}-template-open": normal(open),
  "imported-{id}-template-hidden": normal(entry("x", {})),
};
const body = (entries: object) => ({
  policyId: "{id}",
  imports: { "{id}-template": {} },
  entries: { owner, reader: normal(reader), ...entries },
});

export const policyViewRows: readonly Row[] = [
  row(
    "policy-view",
    "`resolved`, as parameter or header: with the entries of imports, without an entity tag and preconditions on it",
    ...importing,
    get(`${own}?policy-view=resolved`).gives(200, { body: body(imported), headers: { etag: null } }),
    get(own, { "policy-view": "RESOLVED", "if-match": '"rev:9"' }).gives(200, { body: body(imported) }),
    get(`${own}?policy-view=original`).gives(200, { body: body({}), headers: { etag: '"rev:1"' } }),
    get(`${own}?policy-view=resolved&fields=entries/imported-{id}-template-open/importable`).gives(200, {
      body: { entries: { "imported-{id}-template-open": { importable: "implicit" } } },
    }),
  ),
  row(
    "policy-view",
    "entries that the caller may not read in the policy they come from are left out",
    ...importing,
    get(`${own}?policy-view=resolved`, as("nginx:reader")).gives(200, {
      body: body({ "imported-{id}-template-open": normal(open) }),
    }),
  ),
  row(
    "policy-view",
    "there is no other view; parts of a policy have one only",
    ...importing,
    get(`${own}?policy-view=all`).fails(400, "policies:view.invalid"),
    get(`${own}/entries?policy-view=all`).gives(200),
    get(`${own}?policy-view=resolved`, as("nginx:nobody")).fails(404, "policies:policy.notfound"),
  ),
  row(
    "POST /checkPermissions",
    "which of several permissions one has, by names of one's own",
    put(own, { entries: { owner, reader } }).gives(201),
    put("/api/2/things/{id}-own", { policyId: "{id}" }).gives(201),
    post(
      checks,
      {
        thing: { resource: "thing:/attributes/a", entityId: "{id}-own", hasPermissions: ["READ"] },
        more: { resource: "thing:/attributes", entityId: "{id}-own", hasPermissions: ["READ", "WRITE"] },
        message: { resource: "message:/inbox", entityId: "{id}-own", hasPermissions: ["WRITE"] },
        policy: { resource: "policy:/", entityId: "{id}", hasPermissions: ["READ"] },
        none: { resource: "thing:/", entityId: "{id}-none", hasPermissions: ["READ"] },
      },
      as("nginx:reader"),
    ).gives(200, { body: { thing: true, more: false, message: false, policy: true, none: false } }),
    post(checks, {}).gives(200, { body: {} }),
  ),
  row(
    "POST /checkPermissions",
    "what is no such question is refused",
    post(checks, { a: { resource: "x", entityId: "{id}", hasPermissions: [] } }).fails(400, "json.invalid"),
    post(checks, { a: { resource: "x:/", entityId: "{id}", hasPermissions: [] } }).fails(400, "json.invalid"),
    post(checks, { a: { resource: "thing:/", hasPermissions: [] } }).fails(400, "json.field.missing"),
    post(checks, { a: { resource: "thing:/", entityId: "x", hasPermissions: [] } }).fails(
      400,
      "things:id.invalid",
    ),
    get(checks).gives(405, { headers: { allow: "POST" } }),
  ),
  row(
    "an import",
    "needs READ on every entry that it takes over, as a reference to an entry of another policy does",
    put(template, { entries: { owner, open, hidden: entry("x", {}, { importable: "explicit" }) } }).gives(
      201,
    ),
    put(own, { entries: { owner, writer: entry("reader", { "policy:/": all }) } }).gives(201),
    put(`${own}/imports/{id}-template`, { entries: ["hidden"] }, as("nginx:reader")).fails(
      404,
      "policies:policy.notfound",
    ),
    put(`${own}/imports/{id}-template`, {}, as("nginx:reader")).gives(201),
    put(
      `${own}/entries/writer/references`,
      [{ import: "{id}-template", entry: "hidden" }],
      as("nginx:reader"),
    ).fails(404, "policies:policy.notfound"),
    put(`${own}/entries/writer/references`, [{ import: "{id}-template", entry: "none" }]).fails(
      400,
      "policies:import.invalid",
    ),
  ),
  differs(
    row(
      "an import",
      "needs READ on the entries that are named later as well",
      put(template, { entries: { owner, open, hidden: entry("x", {}, { importable: "explicit" }) } }).gives(
        201,
      ),
      put(own, {
        entries: { owner, writer: entry("reader", { "policy:/": all }) },
        imports: { "{id}-template": {} },
      }).gives(201),
      put(`${own}/imports/{id}-template/entries`, ["hidden"], as("nginx:reader")).fails(
        404,
        "policies:policy.notfound",
      ),
    ),
    "Ditto's documentation says so too, but it does not look",
  ),
];

/** The settings that the next rows tell of. */
export const namespaceRoots = {
  NAMESPACE_POLICIES: JSON.stringify({
    "org.rooted.*": ["org.acme:root"],
    "org.rooted.x": ["org.acme:none"],
  }),
};
const rooted = "/api/2/policies/org.rooted.x:{name}";

export const namespaceRootRows: readonly Row[] = [
  row(
    "namespace root policies",
    "their implicit entries count in all policies of a namespace, and show in the resolved view only",
    put("/api/2/policies/org.acme:root", {
      entries: { owner, DEVOPS: entry("devops", { "thing:/": read, "policy:/": read }) },
    }).gives(201),
    put(rooted, { entries: { owner } }).gives(201),
    get(rooted, as("nginx:devops")).gives(200, {
      body: { policyId: "org.rooted.x:{name}", imports: {}, entries: { owner } },
    }),
    get(`${rooted}?policy-view=resolved`).gives(200, {
      body: {
        policyId: "org.rooted.x:{name}",
        imports: {},
        entries: {
          owner,
          "nsimported-org.acme:root-DEVOPS": normal(entry("devops", { "thing:/": read, "policy:/": read })),
        },
      },
    }),
    put("/api/2/policies/org.acme:root/entries/DEVOPS/importable", "never").gives(204),
    get(rooted, as("nginx:devops")).fails(404, "policies:policy.notfound"),
  ),
];
