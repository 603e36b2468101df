// Where the resources of a thing are found, and what of the wire they hold. src/things/resources.ts says the rest.

import type { ResourcePath } from "./resource-paths.ts";

export const thingPaths: readonly ResourcePath[] = [
  { path: [], holds: "Thing", selectable: true, takes: "NewThing", says: "a thing" },
  { path: ["policyId"], holds: "PolicyId", says: "the policy ID of a thing" },
  { path: ["definition"], holds: "Definition", says: "the definition of a thing" },
  { path: ["attributes"], holds: "Attributes", selectable: true, says: "the attributes of a thing" },
  { path: ["attributes", "{attributePath}"], holds: "JsonValue", says: "an attribute of a thing" },
  { path: ["features"], holds: "Features", selectable: true, says: "the features of a thing" },
  { path: ["features", "{featureId}"], holds: "Feature", selectable: true, says: "a feature" },
  {
    path: ["features", "{featureId}", "definition"],
    holds: "FeatureDefinition",
    says: "the definition of a feature",
  },
  {
    path: ["features", "{featureId}", "properties"],
    holds: "Properties",
    selectable: true,
    says: "the properties of a feature",
  },
  {
    path: ["features", "{featureId}", "properties", "{propertyPath}"],
    holds: "JsonValue",
    says: "a property of a feature",
  },
  {
    path: ["features", "{featureId}", "desiredProperties"],
    holds: "DesiredProperties",
    selectable: true,
    says: "the desired properties of a feature",
  },
  {
    path: ["features", "{featureId}", "desiredProperties", "{propertyPath}"],
    holds: "JsonValue",
    says: "a desired property of a feature",
  },
];
