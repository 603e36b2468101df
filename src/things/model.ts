// A thing's JSON: what is accepted, and the normal form that is stored and answered (basic-thing, basic-feature pages).

import { isNamespacedId } from "../base/ids.ts";
import { invalidJson } from "../base/json/errors.ts";
import { getKey, isArray, isObject, type JsonObject, type JsonValue, putKey } from "../base/json/json.ts";
import { checkKey, checkKeys } from "../base/json/keys.ts";
import { policyIdInvalid } from "../base/policy-id.ts";
import { definitionInvalid, featureDefinitionEmpty } from "./errors.ts";

const identifierPattern = /^[\w\-.]+:[\w\-.]+:[\w\-.]+$/;

/** `ns:name:version`, or an absolute HTTP(S) URL; null stands for "no definition". */
export function checkDefinition(value: JsonValue): JsonValue {
  if (value === null) return null;
  if (typeof value !== "string") throw invalidJson("A definition is a string.");
  if (!identifierPattern.test(value) && !isHttpUrl(value)) throw definitionInvalid(value);
  return value;
}

const isHttpUrl = (text: string) => /^https?:\/\//.test(text) && URL.canParse(text);

export function checkPolicyId(value: JsonValue): string {
  if (typeof value !== "string") throw invalidJson("A policy ID is a string.");
  if (!isNamespacedId(value)) throw policyIdInvalid(value);
  return value;
}

/** Attributes, properties or desired properties: an object of any JSON, or null. */
export function checkContainer(value: JsonValue, what: string): JsonValue {
  if (value !== null && !isObject(value)) throw invalidJson(`${what} is a JSON object.`);
  checkKeys(value);
  return value;
}

/** The value of one attribute or property: any JSON. */
export function checkMember(value: JsonValue): JsonValue {
  checkKeys(value);
  return value;
}

export function checkFeatureDefinition(value: JsonValue): JsonValue {
  if (value === null) return null;
  if (!isArray(value)) throw invalidJson("A feature definition is a JSON array.");
  if (value.length === 0) throw featureDefinitionEmpty();
  return value.map((identifier) => checkDefinition(identifier));
}

/** A feature in normal form: `definition`, `properties`, `desiredProperties`, nothing else; or null. */
export function checkFeature(value: JsonValue): JsonValue {
  if (value === null) return null;
  if (!isObject(value)) throw invalidJson("A feature is a JSON object.");
  return pick(value, {
    definition: checkFeatureDefinition,
    properties: (properties) => checkContainer(properties, "Properties"),
    desiredProperties: (properties) => checkContainer(properties, "Desired properties"),
  });
}

export function checkFeatures(value: JsonValue): JsonValue {
  if (value === null) return null;
  if (!isObject(value)) throw invalidJson("Features are a JSON object.");
  const features: { [id: string]: JsonValue } = {};
  for (const id of Object.keys(value)) {
    checkKey(id);
    putKey(features, id, checkFeature(value[id] as JsonValue));
  }
  return features;
}

/** A thing in normal form but for its id: `policyId`, `definition`, `attributes`, `features`; other keys are left out. */
export function checkThing(value: JsonValue): JsonObject {
  if (!isObject(value)) throw invalidJson("A thing is a JSON object.");
  return pick(value, {
    policyId: checkPolicyId,
    definition: checkDefinition,
    attributes: (attributes) => checkContainer(attributes, "Attributes"),
    features: checkFeatures,
  });
}

/** The known members of an object, checked, in the order of the table. */
function pick(object: JsonObject, table: Record<string, (value: JsonValue) => JsonValue>): JsonObject {
  const result: { [key: string]: JsonValue } = {};
  for (const key of Object.keys(table)) {
    const value = getKey(object, key);
    if (value !== undefined) result[key] = (table[key] as (value: JsonValue) => JsonValue)(value);
  }
  return result;
}

const thingMembers = ["thingId", "policyId", "definition", "attributes", "features"];
const featureMembers = ["definition", "properties", "desiredProperties"];

/** The known members of a thing in the order in which Ditto prints them; nothing is judged. */
export const normalForm = (thing: JsonObject): JsonObject => members(thing, thingMembers);

/** The same of one feature; what is no object stays as it is. */
export const featureNormalForm = (feature: JsonValue): JsonValue =>
  isObject(feature) ? members(feature, featureMembers) : feature;

function members(object: JsonObject, keys: readonly string[]): JsonObject {
  const result: { [key: string]: JsonValue } = {};
  for (const key of keys) {
    const value = object[key];
    if (value !== undefined) result[key] = value;
  }
  return result;
}
