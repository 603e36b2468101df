// Every command on every resource of a thing and of a policy, with the codes in which Ditto refuses it.

import type { Kind } from "./doors.ts";

export type Action = "retrieve" | "modify" | "merge" | "delete";

export interface Cell {
  readonly kind: Kind;
  readonly action: Action;
  readonly resource: string;
  readonly path: string;
  /** What is sent; for policies often what is there already, which is a change like any other. */
  readonly value?: unknown;
  /** The code of the refusal: 404 to a read, 403 to a write. */
  readonly refused: string;
}

export const THING = {
  definition: "m:model:1.0.0",
  attributes: { a: { x: 1, deep: { y: 2 } }, b: "other" },
  features: {
    f: {
      definition: ["m:feature:1.0.0"],
      properties: { p: { x: 1, deep: { y: 2 } }, q: true },
      desiredProperties: { p: { x: 3 }, q: false },
    },
    g: {},
  },
};
const feature = THING.features.f;

/** Where a fixture's policy holds what commands are about. */
export const TARGET = {
  subjects: { "pre:x": { type: "test" } },
  resources: { "thing:/attributes": { grant: ["READ"], revoke: [] } },
  importable: "implicit",
  namespaces: ["m"],
  allowedAdditions: ["subjects"],
  references: [{ entry: "other" }],
};
export const LIBRARY = { entries: ["extra"], transitiveImports: ["m:base"] };

type Refusals = readonly [read: string, write: string];

const writes = (action: Action) => action !== "retrieve" && action !== "delete";

/** Per resource: path, value, what is left out. Ditto: ThingCommandToAccessExceptionRegistry, …ToModifyExceptionRegistry. */
function thingCells(): Cell[] {
  const rows: readonly (readonly [resource: string, path: string, value: unknown, code: string])[] = [
    ["thing", "", THING, "thing"],
    ["definition", "/definition", "m:model:2.0.0", "definition"],
    ["attributes", "/attributes", { a: { x: 9 } }, "attributes"],
    ["attribute", "/attributes/a", { x: 9, deep: {} }, "attribute"],
    ["attribute at depth", "/attributes/a/deep/y", 9, "attribute"],
    ["other attribute", "/attributes/b", "new", "attribute"],
    ["features", "/features", { f: { properties: { p: { x: 9 } } } }, "features"],
    ["feature", "/features/f", { properties: { p: { x: 9 } } }, "feature"],
    ["other feature", "/features/g", { properties: {} }, "feature"],
    ["feature definition", "/features/f/definition", ["m:feature:2.0.0"], "feature.definition"],
    ["properties", "/features/f/properties", { p: { x: 9 } }, "feature.properties"],
    ["property", "/features/f/properties/p", { x: 9, deep: {} }, "feature.property"],
    ["other property", "/features/f/properties/q", false, "feature.property"],
    [
      "desired properties",
      "/features/f/desiredProperties",
      feature.desiredProperties,
      "feature.desiredProperties",
    ],
    ["desired property", "/features/f/desiredProperties/p", { x: 9 }, "feature.desiredProperty"],
  ];
  return rows.flatMap(([resource, path, value, code]) =>
    (["retrieve", "modify", "merge", "delete"] as const).map((action) => ({
      kind: "thing" as const,
      action,
      resource,
      path,
      ...(writes(action) && { value }),
      refused: `things:${thingRefusal(action, code)}`,
    })),
  );
}

function thingRefusal(action: Action, code: string): string {
  if (action === "retrieve") return `${code}.notfound`;
  if (action === "merge") return "thing.notmodifiable"; // a MergeThing is in no registry: whatever its path, it is the thing's
  return action === "delete" && code === "thing" ? "thing.notdeletable" : `${code}.notmodifiable`;
}

/** The policy ID is never deleted; the value is that of the fixture, which differs by situation. */
export const policyIdCells = (policyId: string): Cell[] => [
  {
    kind: "thing",
    action: "retrieve",
    resource: "policyId",
    path: "/policyId",
    refused: "things:policyId.notfound",
  },
  {
    kind: "thing",
    action: "modify",
    resource: "policyId",
    path: "/policyId",
    value: policyId,
    refused: "things:policyId.notmodifiable",
  },
  {
    kind: "thing",
    action: "merge",
    resource: "policyId",
    path: "/policyId",
    value: policyId,
    refused: "things:thing.notmodifiable",
  },
];

/**
 * Ditto: PolicyCommandToAccessExceptionRegistry, …ToModifyExceptionRegistry. Their gaps and wrong casts (importable,
 * allowedAdditions, references, import entries, transitiveImports, reads of resources, deletions of imports) end in 500
 * `internalerror` there. That is a fault which we do not share: there it is the code of the entry, import or resource.
 */
function policyCells(): Cell[] {
  const entry: Refusals = ["entry.notfound", "entry.notmodifiable"];
  const policy: Refusals = ["policy.notfound", "policy.notmodifiable"];
  const oneImport: Refusals = ["import.notfound", "import.notmodifiable"];
  const by = (code: string): Refusals => [`${code}.notfound`, `${code}.notmodifiable`];
  const target = "/entries/target";
  const rows: readonly (readonly [string, string, unknown, Refusals, deletable: boolean])[] = [
    ["policy", "", "same", policy, true],
    ["entries", "/entries", "same", policy, false],
    ["entry", target, TARGET, entry, true],
    ["subjects", `${target}/subjects`, TARGET.subjects, by("subjects"), false],
    ["subject", `${target}/subjects/pre:x`, { type: "new" }, by("subject"), true],
    ["resources", `${target}/resources`, TARGET.resources, by("resources"), false],
    ["resource", `${target}/resources/thing:/attributes`, { grant: [], revoke: [] }, by("resource"), true],
    ["importable", `${target}/importable`, "explicit", entry, false],
    ["namespaces", `${target}/namespaces`, ["m", "n"], entry, false],
    ["allowedAdditions", `${target}/allowedAdditions`, ["resources"], entry, true],
    ["references", `${target}/references`, [], entry, true],
    ["imports", "/imports", "same", by("imports"), true],
    ["import", "/imports/m:lib", LIBRARY, oneImport, true],
    ["import entries", "/imports/m:lib/entries", [], oneImport, false],
    ["transitiveImports", "/imports/m:lib/transitiveImports", [], oneImport, false],
  ];
  return rows.flatMap(([resource, path, value, [read, write], deletable]) =>
    (["retrieve", "modify", ...(deletable ? (["delete"] as const) : [])] as const).map((action) => ({
      kind: "policy" as const,
      action,
      resource,
      path,
      ...(writes(action) && { value }),
      refused: `policies:${action === "retrieve" ? read : write}`,
    })),
  );
}

export const THING_CELLS: readonly Cell[] = thingCells();
export const POLICY_CELLS: readonly Cell[] = policyCells();
