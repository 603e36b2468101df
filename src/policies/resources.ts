// Every resource of a policy in one table; routes, topic paths, checks, errors and entity tags read it.

import type { TwinError } from "../base/errors.ts";
import type { JsonObject, JsonValue } from "../base/json/json.ts";
import { type Path, printPath } from "../base/json/pointer.ts";
import type { Method, Resource } from "../signals/resource.ts";
import {
  entryModificationInvalid,
  entryNotFound,
  entryNotModifiable,
  importNotFound,
  importNotModifiable,
  importsErrors,
  policyModificationInvalid,
  policyNotFound,
  policyNotModifiable,
  resourceErrors,
  resourcesErrors,
  subjectErrors,
  subjectsErrors,
} from "./errors.ts";
import { checkImportsKept, checkNotMadeNever, checkReferenceTargets } from "./integrity.ts";
import type { PolicyLimits } from "./limits.ts";
import {
  checkAllowedAdditions,
  checkEntries,
  checkEntry,
  checkImport,
  checkImportable,
  checkImportedLabels,
  checkImports,
  checkNamespaces,
  checkPermissions,
  checkPolicy,
  checkReferences,
  checkResources,
  checkTransitiveImports,
} from "./model.ts";
import { joinResourceKey, splitResourceKey } from "./resource-key.ts";
import { checkSubject, checkSubjects } from "./subject.ts";

export interface PolicyResource extends Resource {
  /** Checks a new value of the resource and gives its normal form. */
  check(value: JsonValue, limits: PolicyLimits): JsonValue;
  /** Whether writing where there was nothing is answered with 201 and the value. */
  readonly creatable: boolean;
  /** The answer to a read where an existing parent has no value. */
  readonly absent?: JsonValue;
  /** The refusal of a change after which nobody could administer the policy; absent where Ditto does not look. */
  lockedOut?(id: string, path: Path): TwinError;
  /** Refuses a new value that leaves references without their targets. */
  integrity?(after: JsonObject, id: string, before: JsonObject): void;
}

const all: readonly Method[] = ["GET", "PUT", "DELETE"];
const fixed: readonly Method[] = ["GET", "PUT"];

const entryErrors = {
  notFound: (id: string, path: Path) => entryNotFound(id, path[1] as string),
  notModifiable: (id: string, path: Path) => entryNotModifiable(id, path[1] as string),
};
const importErrors = {
  notFound: (id: string, path: Path) => importNotFound(id, path[1] as string),
  notModifiable: (id: string, path: Path) => importNotModifiable(id, path[1] as string),
};
const policyErrors = {
  notFound: (id: string) => policyNotFound(id),
  notModifiable: (id: string) => policyNotModifiable(id),
};
const lockedOutEntry = (id: string, path: Path) => entryModificationInvalid(id, path[1] as string);

type PartErrors = Record<"notFound" | "notModifiable", (id: string, path: string) => TwinError>;
const byPath = ({ notFound, notModifiable }: PartErrors) => ({
  notFound: (id: string, path: Path) => notFound(id, printPath(path)),
  notModifiable: (id: string, path: Path) => notModifiable(id, printPath(path)),
});

type Row = Omit<PolicyResource, "name" | "methods" | "etag" | "creatable">;

/** A part that is put as a whole and is there as long as what it is part of. */
const fixedPart = (name: string, row: Row): PolicyResource => ({
  name,
  methods: fixed,
  etag: "hash",
  creatable: false,
  ...row,
});
/** A part that comes and goes by itself. */
const freePart = (name: string, row: Row): PolicyResource => ({
  name,
  methods: all,
  etag: "hash",
  creatable: true,
  ...row,
});

const policy: PolicyResource = {
  ...freePart("policy", { check: checkPolicy, ...policyErrors }),
  etag: "revision",
  selects: true,
  integrity: checkReferenceTargets,
  lockedOut: (id) => policyModificationInvalid(id),
};
const entries = fixedPart("entries", {
  check: checkEntries,
  integrity: checkReferenceTargets,
  lockedOut: (id) => policyModificationInvalid(id),
  ...policyErrors,
});
const entry = freePart("entry", {
  check: checkEntry,
  integrity: checkReferenceTargets,
  lockedOut: lockedOutEntry,
  ...entryErrors,
});
const subjects = fixedPart("subjects", {
  check: checkSubjects,
  lockedOut: lockedOutEntry,
  ...byPath(subjectsErrors),
});
const subject = freePart("subject", {
  check: checkSubject,
  lockedOut: lockedOutEntry,
  ...byPath(subjectErrors),
});
const resources = fixedPart("resources", {
  check: checkResources,
  lockedOut: lockedOutEntry,
  ...byPath(resourcesErrors),
});
const resource = freePart("resource", {
  check: checkPermissions,
  lockedOut: lockedOutEntry,
  ...byPath(resourceErrors),
});
const importable: PolicyResource = {
  ...fixedPart("importable", {
    // By itself, what is no string is as good as a word that means nothing.
    check: (value) => checkImportable(typeof value === "string" ? value : JSON.stringify(value)),
    integrity: checkNotMadeNever,
    ...entryErrors,
  }),
  etag: "none",
};
const namespaces: PolicyResource = {
  ...fixedPart("namespaces", { check: checkNamespaces, ...entryErrors }),
  etag: "none",
};
const allowedAdditions: PolicyResource = {
  ...fixedPart("allowedAdditions", { check: checkAllowedAdditions, absent: [], ...entryErrors }),
  methods: all,
  absentTag: "any", // which is another answer than an empty list
};
const references = freePart("references", {
  check: checkReferences,
  absent: [],
  integrity: checkReferenceTargets,
  ...entryErrors,
});
const imports: PolicyResource = {
  ...fixedPart("imports", { check: checkImports, integrity: checkImportsKept, ...byPath(importsErrors) }),
  methods: all,
};
const oneImport = freePart("import", { check: checkImport, integrity: checkImportsKept, ...importErrors });
const importEntries: PolicyResource = {
  ...fixedPart("import entries", {
    check: checkImportedLabels,
    absent: [],
    integrity: checkImportsKept,
    ...importErrors,
  }),
  readEtag: "none",
};
const transitiveImports: PolicyResource = {
  ...fixedPart("transitive imports", { check: checkTransitiveImports, absent: [], ...importErrors }),
  etag: "none",
};

/** The resource at a path of a policy, or `undefined` where a policy has none. */
export function matchPolicyPath(path: Path): PolicyResource | undefined {
  if (path.length === 0) return policy;
  if (path[0] === "entries") return path.length < 3 ? [entries, entry][path.length - 1] : partOfEntry(path);
  if (path[0] !== "imports") return undefined;
  if (path.length < 3) return [imports, oneImport][path.length - 1];
  if (path.length > 3) return undefined;
  if (path[2] === "entries") return importEntries;
  return path[2] === "transitiveImports" ? transitiveImports : undefined;
}

function partOfEntry(path: Path): PolicyResource | undefined {
  const isPart = path.length === 3;
  switch (path[2]) {
    case "subjects":
      return isPart ? subjects : subject;
    case "resources":
      return isPart ? resources : resource;
    case "importable":
      return isPart ? importable : undefined;
    case "namespaces":
      return isPart ? namespaces : undefined;
    case "allowedAdditions":
      return isPart ? allowedAdditions : undefined;
    case "references":
      return isPart ? references : undefined;
    default:
      return undefined;
  }
}

/** Where a policy's JSON holds the value of a path: subject ids and resource keys, which hold slashes, are one key. */
export function storedPath(path: Path): Path {
  if (path[0] !== "entries" || path.length < 4) return path;
  const [root, label, part] = path as [string, string, string];
  if (part === "subjects") return [root, label, part, path.slice(3).join("/")];
  return part === "resources" ? [root, label, part, joinResourceKey(path.slice(3))] : path;
}

/** The path of a stored value as Ditto writes it in events: a resource key is spread over its keys. */
export function wirePath(stored: Path): Path {
  if (stored[0] !== "entries" || stored[2] !== "resources" || stored.length < 4) return stored;
  return [...stored.slice(0, 3), ...splitResourceKey(stored[3] as string)];
}
