// Every resource of a thing's tree in one table; routes, topic paths, checks, errors and entity tags read it.

import type { JsonValue } from "../base/json/json.ts";
import type { Path } from "../base/json/pointer.ts";
import type { Method, Resource } from "../signals/resource.ts";
import {
  attributeErrors,
  attributesErrors,
  definitionErrors,
  desiredPropertiesErrors,
  desiredPropertyErrors,
  featureDefinitionErrors,
  featureErrors,
  featuresErrors,
  policyIdErrors,
  propertiesErrors,
  propertyErrors,
  thingNotFound,
  thingNotModifiable,
} from "./errors.ts";
import {
  checkContainer,
  checkDefinition,
  checkFeature,
  checkFeatureDefinition,
  checkFeatures,
  checkMember,
  checkPolicyId,
  checkThing,
} from "./model.ts";

export interface ThingResource extends Resource {
  /** Checks a new value of the resource and gives its normal form. */
  check(value: JsonValue): JsonValue;
}

const all: readonly Method[] = ["GET", "PUT", "PATCH", "DELETE"];

const thing: ThingResource = {
  name: "thing",
  methods: all,
  etag: "revision",
  selects: true,
  check: checkThing,
  notFound: (id) => thingNotFound(id),
  notModifiable: (id) => thingNotModifiable(id),
};

function part(
  name: string,
  errors: Pick<Resource, "notFound" | "notModifiable">,
  check: ThingResource["check"],
) {
  return { name, methods: all, etag: "hash", check, ...errors } as const satisfies ThingResource;
}

const selectable = (resource: ThingResource): ThingResource => ({ ...resource, selects: true });

const policyId: ThingResource = {
  ...part("policyId", policyIdErrors, checkPolicyId),
  methods: ["GET", "PUT", "PATCH"],
};
const definition: ThingResource = {
  ...part("definition", definitionErrors, checkDefinition),
  mergeEtag: "revision",
};
const attributes = selectable(
  part("attributes", attributesErrors, (value) => checkContainer(value, "Attributes")),
);
const attribute = part("attribute", attributeErrors, checkMember);
const features = selectable(part("features", featuresErrors, checkFeatures));
const feature = selectable(part("feature", featureErrors, checkFeature));
const featureDefinition = part("feature definition", featureDefinitionErrors, checkFeatureDefinition);
const properties = selectable(
  part("properties", propertiesErrors, (value) => checkContainer(value, "Properties")),
);
const property = part("property", propertyErrors, checkMember);
const desiredProperties = selectable(
  part("desired properties", desiredPropertiesErrors, (value) => checkContainer(value, "Desired properties")),
);
const desiredProperty = part("desired property", desiredPropertyErrors, checkMember);

/** The resource at a path of a thing, or `undefined` where a thing has none. */
export function thingResource(path: Path): ThingResource | undefined {
  if (path.length === 0) return thing;
  switch (path[0]) {
    case "policyId":
      return path.length === 1 ? policyId : undefined;
    case "definition":
      return path.length === 1 ? definition : undefined;
    case "attributes":
      return path.length === 1 ? attributes : attribute;
    case "features":
      if (path.length === 1) return features;
      return path.length === 2 ? feature : partOfFeature(path);
    default:
      return undefined;
  }
}

function partOfFeature(path: Path): ThingResource | undefined {
  switch (path[2]) {
    case "definition":
      return path.length === 3 ? featureDefinition : undefined;
    case "properties":
      return path.length === 3 ? properties : property;
    case "desiredProperties":
      return path.length === 3 ? desiredProperties : desiredProperty;
    default:
      return undefined;
  }
}
