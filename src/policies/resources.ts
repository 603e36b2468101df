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
  integrity?(id: string, before: JsonObject, after: JsonObject): void;
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

const policy: PolicyResource = {
  name: "policy",
  methods: all,
  etag: "revision",
  creatable: true,
  check: checkPolicy,
  integrity: (id, _before, after) => checkReferenceTargets(id, after),
  lockedOut: (id) => policyModificationInvalid(id),
  ...policyErrors,
};
const entries: PolicyResource = {
  name: "entries",
  methods: fixed,
  etag: "hash",
  creatable: false,
  check: checkEntries,
  integrity: (id, _before, after) => checkReferenceTargets(id, after),
  lockedOut: (id) => policyModificationInvalid(id),
  ...policyErrors,
};
const entry: PolicyResource = {
  name: "entry",
  methods: all,
  etag: "hash",
  creatable: true,
  check: checkEntry,
  integrity: (id, _before, after) => checkReferenceTargets(id, after),
  lockedOut: lockedOutEntry,
  ...entryErrors,
};
const subjects: PolicyResource = {
  name: "subjects",
  methods: fixed,
  etag: "hash",
  creatable: false,
  check: checkSubjects,
  lockedOut: lockedOutEntry,
  ...byPath(subjectsErrors),
};
const subject: PolicyResource = {
  name: "subject",
  methods: all,
  etag: "hash",
  creatable: true,
  check: checkSubject,
  lockedOut: lockedOutEntry,
  ...byPath(subjectErrors),
};
const resources: PolicyResource = {
  name: "resources",
  methods: fixed,
  etag: "hash",
  creatable: false,
  check: checkResources,
  lockedOut: lockedOutEntry,
  ...byPath(resourcesErrors),
};
const resource: PolicyResource = {
  name: "resource",
  methods: all,
  etag: "hash",
  creatable: true,
  check: checkPermissions,
  lockedOut: lockedOutEntry,
  ...byPath(resourceErrors),
};
const importable: PolicyResource = {
  name: "importable",
  methods: fixed,
  etag: "none",
  creatable: false,
  check: checkImportable,
  integrity: checkNotMadeNever,
  ...entryErrors,
};
const namespaces: PolicyResource = {
  name: "namespaces",
  methods: fixed,
  etag: "none",
  creatable: false,
  check: checkNamespaces,
  ...entryErrors,
};
const allowedAdditions: PolicyResource = {
  name: "allowedAdditions",
  methods: all,
  etag: "hash",
  creatable: false,
  absent: [],
  check: checkAllowedAdditions,
  ...entryErrors,
};
const references: PolicyResource = {
  name: "references",
  methods: all,
  etag: "hash",
  creatable: true,
  absent: [],
  check: checkReferences,
  integrity: (id, _before, after) => checkReferenceTargets(id, after),
  ...entryErrors,
};
const imports: PolicyResource = {
  name: "imports",
  methods: all,
  etag: "hash",
  creatable: false,
  check: checkImports,
  integrity: checkImportsKept,
  ...byPath(importsErrors),
};
const oneImport: PolicyResource = {
  name: "import",
  methods: all,
  etag: "hash",
  creatable: true,
  check: checkImport,
  integrity: checkImportsKept,
  ...importErrors,
};
const importEntries: PolicyResource = {
  name: "import entries",
  methods: fixed,
  etag: "hash",
  creatable: false,
  absent: [],
  check: checkImportedLabels,
  integrity: checkImportsKept,
  ...importErrors,
};
const transitiveImports: PolicyResource = {
  name: "transitive imports",
  methods: fixed,
  etag: "none",
  creatable: false,
  absent: [],
  check: checkTransitiveImports,
  ...importErrors,
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
