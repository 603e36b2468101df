// The resources of a policy, each with a value it has, another it may have, and one it may not.

const everything = { grant: ["READ", "WRITE"], revoke: [] };
const reading = { grant: ["READ"], revoke: [] };

const owner = {
  subjects: { "nginx:ditto": { type: "test" } },
  resources: { "thing:/": everything, "policy:/": everything, "message:/": everything },
};
const guest = {
  subjects: { "nginx:guest": { type: "test" } },
  resources: { "policy:/": reading, "thing:/attributes": reading },
  importable: "explicit",
  namespaces: ["org.acme"],
  allowedAdditions: ["subjects"],
  references: [{ import: "org.acme:policy", entry: "reader" }],
};
const imports = {
  "org.acme:policy": { entries: ["reader"], transitiveImports: ["org.acme:base"] },
};

/** The policy of a row, as it is sent. */
export const ownPolicy = { entries: { owner, guest }, imports };
const ownerStored = { ...owner, importable: "implicit" };
/** The same as it is answered. */
export const wholePolicy = { policyId: "{id}", imports, entries: { owner: ownerStored, guest } };

export interface PolicyFacts {
  /** The endpoint below `/policies/{policyId}`. */
  readonly template: string;
  readonly path: string;
  readonly value: unknown;
  readonly other: unknown;
  readonly otherStored: unknown;
  readonly invalid: readonly [body: unknown, error: string];
  readonly notFound: string;
  readonly notModifiable: string;
  /** Whether a reference has to go before it can be deleted. */
  readonly referenced?: true;
  /** What it is after it was deleted: an error, or what a read gives; absent where it cannot be deleted. */
  readonly deleted?: "not found" | { readonly value: unknown };
  readonly etag: RegExp | null;
}

type Given = Pick<PolicyFacts, "template" | "path" | "value" | "other" | "invalid"> & Partial<PolicyFacts>;

const part = (code: string, given: Given): PolicyFacts => ({
  notFound: `policies:${code}.notfound`,
  notModifiable: `policies:${code}.notmodifiable`,
  etag: /^"hash:.+"$/,
  otherStored: given.other,
  ...given,
});

const inGuest = "/entries/guest";
const inImport = "/imports/org.acme:policy";

export const policy: PolicyFacts = part("policy", {
  template: "",
  path: "",
  value: wholePolicy,
  other: { entries: { owner } },
  otherStored: { policyId: "{id}", imports: {}, entries: { owner: ownerStored } },
  invalid: [[], "json.invalid"],
  deleted: "not found",
  etag: /^"rev:\d+"$/,
});

export const policyResources: readonly PolicyFacts[] = [
  policy,
  part("policy", {
    template: "/entries",
    path: "/entries",
    value: wholePolicy.entries,
    other: { owner },
    otherStored: { owner: ownerStored },
    invalid: [{ imported: owner }, "policies:label.invalid"],
  }),
  part("entry", {
    template: "/entries/{label}",
    path: inGuest,
    value: guest,
    other: { subjects: {}, resources: {} },
    otherStored: { subjects: {}, resources: {}, importable: "implicit" },
    invalid: [{ subjects: {}, resources: {}, importable: "sometimes" }, "policies:entry.invalid"],
    deleted: "not found",
  }),
  part("subjects", {
    template: "/entries/{label}/subjects",
    path: `${inGuest}/subjects`,
    value: guest.subjects,
    other: { "nginx:two": { type: "test" } },
    invalid: [{ nocolon: { type: "test" } }, "policies:subjectid.invalid"],
  }),
  part("subject", {
    template: "/entries/{label}/subjects/{subjectId}",
    path: `${inGuest}/subjects/nginx:guest`,
    value: guest.subjects["nginx:guest"],
    other: { type: "other" },
    invalid: [{ type: "test", expiry: "soon" }, "policies:subjectexpiry.invalid"],
    deleted: "not found",
  }),
  part("resources", {
    template: "/entries/{label}/resources",
    path: `${inGuest}/resources`,
    value: guest.resources,
    other: { "thing:/": reading },
    invalid: [{ "thing:/": { grant: [] } }, "json.field.missing"],
  }),
  part("resource", {
    template: "/entries/{label}/resources/{resourcePath}",
    path: `${inGuest}/resources/thing:/attributes`,
    value: reading,
    other: everything,
    invalid: [[], "json.invalid"],
    deleted: "not found",
  }),
  part("entry", {
    template: "/entries/{label}/importable",
    path: `${inGuest}/importable`,
    value: "explicit",
    other: "never",
    invalid: ["sometimes", "policies:entry.invalid"],
    etag: null,
  }),
  part("entry", {
    template: "/entries/{label}/namespaces",
    path: `${inGuest}/namespaces`,
    value: guest.namespaces,
    other: ["org.acme.*"],
    invalid: [["*"], "policies:entry.invalid"],
    etag: null,
  }),
  part("entry", {
    template: "/entries/{label}/allowedAdditions",
    path: `${inGuest}/allowedAdditions`,
    value: guest.allowedAdditions,
    other: ["resources", "namespaces"],
    invalid: [["labels"], "policies:entry.invalid"],
    deleted: { value: [] },
  }),
  part("entry", {
    template: "/entries/{label}/references",
    path: `${inGuest}/references`,
    value: guest.references,
    other: [{ entry: "owner" }],
    invalid: [[{ entry: "none" }], "policies:entry.invalid"],
    deleted: { value: [] },
  }),
  part("imports", {
    template: "/imports",
    path: "/imports",
    value: imports,
    other: { "org.acme:policy": { entries: ["reader", "operator"] } },
    invalid: [[], "json.invalid"],
    deleted: { value: {} },
    referenced: true,
  }),
  part("import", {
    template: "/imports/{importedPolicyId}",
    path: inImport,
    value: imports["org.acme:policy"],
    other: { entries: ["reader"] },
    invalid: [{ entries: 1 }, "json.invalid"],
    deleted: "not found",
    referenced: true,
  }),
  part("import", {
    template: "/imports/{importedPolicyId}/entries",
    path: `${inImport}/entries`,
    value: ["reader"],
    other: ["reader", "operator"],
    invalid: [{}, "json.invalid"],
    etag: null,
  }),
  part("import", {
    template: "/imports/{importedPolicyId}/transitiveImports",
    path: `${inImport}/transitiveImports`,
    value: ["org.acme:base"],
    other: [],
    invalid: [[1], "policies:import.invalid"],
    etag: null,
  }),
];
