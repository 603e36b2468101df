// Where the resources of a policy are found, and what of the wire they hold. src/policies/resources.ts says the rest.

import type { ResourcePath } from "./resource-paths.ts";

const entry = ["entries", "{label}"] as const;
const anImport = ["imports", "{importedPolicyId}"] as const;

export const policyPaths: readonly ResourcePath[] = [
  { path: [], holds: "Policy", selectable: true, takes: "NewPolicy", says: "a policy" },
  { path: ["entries"], holds: "PolicyEntries", says: "the entries of a policy" },
  { path: entry, holds: "PolicyEntry", says: "an entry of a policy" },
  { path: [...entry, "subjects"], holds: "Subjects", says: "the subjects of an entry" },
  { path: [...entry, "subjects", "{subjectId}"], holds: "Subject", says: "a subject of an entry" },
  { path: [...entry, "resources"], holds: "Resources", says: "the resources of an entry" },
  {
    path: [...entry, "resources", "{resourcePath}"],
    holds: "Permissions",
    says: "the permissions of an entry on a resource",
  },
  { path: [...entry, "importable"], holds: "Importable", says: "whether an entry can be imported" },
  { path: [...entry, "namespaces"], holds: "Namespaces", says: "the namespaces in which an entry counts" },
  {
    path: [...entry, "allowedAdditions"],
    holds: "AllowedAdditions",
    says: "what importing policies may add to an entry",
  },
  { path: [...entry, "references"], holds: "References", says: "the references of an entry" },
  { path: ["imports"], holds: "PolicyImports", says: "the imports of a policy" },
  { path: anImport, holds: "PolicyImport", says: "an import of a policy" },
  { path: [...anImport, "entries"], holds: "ImportedLabels", says: "the labels of the entries of an import" },
  {
    path: [...anImport, "transitiveImports"],
    holds: "TransitiveImports",
    says: "the imports of an imported policy that are resolved as well",
  },
];
