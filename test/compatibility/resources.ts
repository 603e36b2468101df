// The resources of a thing as facts to check against: where they are, what they hold, how they are refused.

import { lamp, wholeLamp } from "./scene.ts";

export interface ResourceFacts {
  /** The path as the documentation writes it. */
  readonly template: string;
  /** The path in the row's thing. */
  readonly path: string;
  /** What is there at first. */
  readonly value: unknown;
  readonly other: unknown;
  /** A patch, and what is there after it. */
  readonly patch: unknown;
  readonly patched: unknown;
  readonly notFound: string;
  readonly notModifiable: string;
  /** A value that is refused, and its error. */
  readonly invalid?: readonly [value: unknown, error: string];
  readonly cannotBeDeleted?: true;
  readonly etag: RegExp;
}

const part = (template: string, path: string, code: string, more: Omit<Parts, "template" | "path">) => ({
  template,
  path,
  notFound: `things:${code}.notfound`,
  notModifiable: `things:${code}.notmodifiable`,
  etag: /^"hash:.+"$/,
  ...more,
});
type Parts = Omit<ResourceFacts, "notFound" | "notModifiable" | "etag">;

const { attributes, features } = lamp;
const { light } = features;
const other = { policyId: "org.acme:policy", attributes: { colour: "blue" } };

export const thing: ResourceFacts = {
  ...part("", "", "thing", {
    value: wholeLamp,
    other: { thingId: "{id}", ...other },
    patch: { attributes: { colour: "blue", place: null }, features: null },
    patched: {
      thingId: "{id}",
      policyId: "org.acme:policy",
      definition: lamp.definition,
      attributes: { colour: "blue" },
    },
    invalid: [[1], "json.invalid"],
  }),
  etag: /^"rev:\d+"$/,
};

export const parts: readonly ResourceFacts[] = [
  part("/policyId", "/policyId", "policyId", {
    value: "org.acme:policy",
    other: "org.acme:policy",
    patch: "org.acme:policy",
    patched: "org.acme:policy",
    invalid: ["no id", "policies:id.invalid"],
    cannotBeDeleted: true,
  }),
  part("/definition", "/definition", "definition", {
    value: lamp.definition,
    other: "org.acme:lamp:2.0.0",
    patch: "org.acme:lamp:3.0.0",
    patched: "org.acme:lamp:3.0.0",
    invalid: ["no definition", "things:definition.identifier.invalid"],
  }),
  part("/attributes", "/attributes", "attributes", {
    value: attributes,
    other: { a: 1 },
    patch: { colour: null, place: { room: 2 } },
    patched: { place: { room: 2, floor: 2 } },
    invalid: [5, "json.invalid"],
  }),
  part("/attributes/{attributePath}", "/attributes/place", "attribute", {
    value: attributes.place,
    other: [1, "two", null],
    patch: { floor: null, side: "left" },
    patched: { room: 1, side: "left" },
    invalid: [{ "a/b": 1 }, "json.key.invalid"],
  }),
  part("/features", "/features", "features", {
    value: features,
    other: { fan: {} },
    patch: { light: { desiredProperties: null }, fan: {} },
    patched: { light: { definition: light.definition, properties: light.properties }, fan: {} },
    invalid: [[], "json.invalid"],
  }),
  part("/features/{featureId}", "/features/light", "feature", {
    value: light,
    other: { properties: { on: true } },
    patch: { definition: null, properties: { level: null } },
    patched: { properties: { on: false }, desiredProperties: light.desiredProperties },
    invalid: ["light", "json.invalid"],
  }),
  part("/features/{featureId}/definition", "/features/light/definition", "feature.definition", {
    value: light.definition,
    other: ["org.acme:light:2.0.0", "org.acme:part:1.0.0"],
    patch: ["org.acme:light:3.0.0"],
    patched: ["org.acme:light:3.0.0"],
    invalid: [[], "things:feature.definition.empty"],
  }),
  part("/features/{featureId}/properties", "/features/light/properties", "feature.properties", {
    value: light.properties,
    other: { a: 1 },
    patch: { on: null, level: { now: 6 } },
    patched: { level: { now: 6, max: 9 } },
    invalid: [true, "json.invalid"],
  }),
  part(
    "/features/{featureId}/properties/{propertyPath}",
    "/features/light/properties/level",
    "feature.property",
    {
      value: light.properties.level,
      other: 7,
      patch: { max: null, min: 1 },
      patched: { now: 5, min: 1 },
      invalid: [{ "a/b": 1 }, "json.key.invalid"],
    },
  ),
  part(
    "/features/{featureId}/desiredProperties",
    "/features/light/desiredProperties",
    "feature.desiredProperties",
    {
      value: light.desiredProperties,
      other: { a: 1 },
      patch: { on: null, level: { now: 7 } },
      patched: { level: { now: 7 } },
      invalid: ["x", "json.invalid"],
    },
  ),
  part(
    "/features/{featureId}/desiredProperties/{propertyPath}",
    "/features/light/desiredProperties/level",
    "feature.desiredProperty",
    {
      value: light.desiredProperties.level,
      other: false,
      patch: { now: null, soon: 1 },
      patched: { soon: 1 },
      invalid: [{ "a/b": 1 }, "json.key.invalid"],
    },
  ),
];

export const resources: readonly ResourceFacts[] = [thing, ...parts];
