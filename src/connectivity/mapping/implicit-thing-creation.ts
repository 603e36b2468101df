// The ImplicitThingCreation mapper: creates the thing that a message is about, by a template.

import { TwinError } from "../../base/errors.ts";
import { isNamespacedId } from "../../base/ids.ts";
import { getKey, isObject, type JsonObject, type JsonValue } from "../../base/json/json.ts";
import { parseJson } from "../../base/json/parse.ts";
import { jsonText } from "../../base/placeholders/json-text.ts";
import type { ExternalMessage } from "../external-message.ts";
import type { Text } from "../placeholders/texts.ts";
import { engineNames } from "./class-names.ts";
import { mapperOptionInvalid, mappingFailed, placeholderUnresolved } from "./errors.ts";
import type { IncomingContext, MappingEngine } from "./mapper.ts";
import { isTemplate, type JsonTemplate, jsonTemplate, optionText, valuesOf } from "./message-values.ts";
import { blockedTypes, flagOption, objectOption, textOption } from "./options.ts";
import { topicOf, twinCommandTopic } from "./reading.ts";

export const implicitThingCreation: MappingEngine = {
  names: engineNames("ImplicitThingCreation", "ImplicitThingCreationMessageMapper"),
  needsDefinition: true,
  create({ options }) {
    const thing = thingIn(options);
    checkId(thing, "thingId", true);
    checkId(thing, "policyId", false);
    const template = jsonTemplate("thing", thing);
    const headers = headersOf(objectOption(options, "commandHeaders") ?? {});
    const mayLockOut = flagOption(options, "allowPolicyLockout", true);
    return {
      blocked: blockedTypes(options),
      incoming: (message, context) => [creation(message, context, template, headers, mayLockOut)],
      outgoing(message) {
        throwIfError(message.json());
        return [];
      },
      close() {},
    };
  },
};

/** As with Ditto it may also be the text of an object. */
function thingIn(options: JsonObject): JsonObject {
  const given = textOption(options, "thing");
  if (given === undefined) throw mapperOptionInvalid("thing", "It is missing.");
  const thing = objectOption(options, "thing") ?? jsonOf(given);
  if (!isObject(thing)) throw mapperOptionInvalid("thing", "It must be a JSON object.");
  return thing;
}

function jsonOf(text: string): JsonValue | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function checkId(thing: JsonObject, key: string, isRequired: boolean): void {
  const id = getKey(thing, key);
  if (id === undefined && !isRequired) return;
  if (typeof id !== "string" || !(isTemplate(id) || isNamespacedId(id)))
    throw mapperOptionInvalid(
      `thing/${key}`,
      id === undefined ? "It is missing." : "It must be an ID as namespace:name, or hold a placeholder.",
    );
}

type HeaderTexts = readonly (readonly [name: string, text: Text])[];

/** Nothing is created that is there already, unless the options say otherwise. */
function headersOf(given: JsonObject): HeaderTexts {
  const all: Record<string, string> = { "if-none-match": "*" };
  for (const name of Object.keys(given)) all[name.toLowerCase()] = jsonText(given[name] as JsonValue);
  return Object.entries(all).map(([name, text]) => [name, optionText("commandHeaders", text)]);
}

function creation(
  message: ExternalMessage,
  context: IncomingContext,
  template: JsonTemplate,
  texts: HeaderTexts,
  mayLockOut: boolean,
): JsonObject {
  const values = valuesOf(message, context);
  const value = template((text) => {
    const filled = text.first(values);
    if (filled === undefined) throw placeholderUnresolved(text.text);
    return filled;
  }) as JsonObject;
  const thingId = String(getKey(value, "thingId"));
  const topic = twinCommandTopic(thingId, "create");
  if (!topic)
    throw mappingFailed(message.headers["content-type"], `'${thingId.slice(0, 200)}' is no ID of a thing.`);
  const headers: { [name: string]: JsonValue } = {};
  for (const [name, text] of texts) {
    const resolved = text.first(values);
    if (resolved !== undefined) headers[name] = resolved;
  }
  return { topic, headers: { ...headers, "allow-policy-lockout": mayLockOut }, path: "/", value };
}

/** An error that answers a creation is one of the mapper: nobody else would be told. */
function throwIfError(message: JsonObject): void {
  if (topicOf(message).criterion !== "errors") return;
  const error = getKey(message, "value");
  if (!isObject(error)) return;
  const [code, status, text, description] = ["error", "status", "message", "description"].map((key) =>
    getKey(error, key),
  );
  throw new TwinError(String(code), Number(status), {
    message: String(text),
    ...(typeof description === "string" && { description }),
  });
}
