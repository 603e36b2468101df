// What Ditto's commands on things and policies are about, by the names that they have in its internal JSON (`fromJson` of the
// commands): the fields that name a part of the entity, and the field of its value.

import type { EntityKind } from "../../../signals/signal.ts";

export interface EntityPart {
  /** The path of the part, with fields of the command as `{field}` for one key, and as `{/field}` for a JSON pointer. */
  readonly path: readonly string[];
  readonly value: string;
}

const part = (value: string, ...path: readonly string[]): EntityPart => ({ path, value });

const feature = ["features", "{featureId}"];
const entry = ["entries", "{label}"];
const imported = ["imports", "{importedPolicyId}"];

/** By what follows the verb in the name of a command. */
export const entityParts: Readonly<Record<EntityKind, Readonly<Record<string, EntityPart>>>> = {
  thing: {
    Thing: part("thing"),
    PolicyId: part("policyId", "policyId"),
    ThingDefinition: part("definition", "definition"),
    Attributes: part("attributes", "attributes"),
    Attribute: part("value", "attributes", "{/attribute}"),
    Features: part("features", "features"),
    Feature: part("feature", ...feature),
    FeatureDefinition: part("definition", ...feature, "definition"),
    FeatureProperties: part("properties", ...feature, "properties"),
    FeatureProperty: part("value", ...feature, "properties", "{/property}"),
    FeatureDesiredProperties: part("desiredProperties", ...feature, "desiredProperties"),
    FeatureDesiredProperty: part("desiredValue", ...feature, "desiredProperties", "{/desiredProperty}"),
  },
  policy: {
    Policy: part("policy"),
    PolicyEntries: part("policyEntries", "entries"),
    PolicyEntry: part("policyEntry", ...entry),
    Subjects: part("subjects", ...entry, "subjects"),
    Subject: part("subject", ...entry, "subjects", "{subjectId}"),
    Resources: part("resources", ...entry, "resources"),
    Resource: part("resource", ...entry, "resources", "{resourceKey}"),
    PolicyEntryImportable: part("importable", ...entry, "importable"),
    PolicyEntryNamespaces: part("namespaces", ...entry, "namespaces"),
    PolicyEntryReferences: part("references", ...entry, "references"),
    PolicyEntryAllowedAdditions: part("allowedAdditions", ...entry, "allowedAdditions"),
    PolicyImports: part("policyImports", "imports"),
    PolicyImport: part("policyImport", ...imported),
    PolicyImportEntries: part("entries", ...imported, "entries"),
    PolicyImportTransitiveImports: part("transitiveImports", ...imported, "transitiveImports"),
  },
};
