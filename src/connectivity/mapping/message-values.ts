// The placeholders that the options of mappers can have: of an incoming message, its subjects and the time.

import { isArray, isObject, type JsonObject, type JsonValue, putKey } from "../../base/json/json.ts";
import type { Values } from "../../base/placeholders/element.ts";
import { isHeaderPlaceholder } from "../../base/placeholders/header.ts";
import { isTimePlaceholder } from "../../base/placeholders/time.ts";
import type { ExternalMessage } from "../external-message.ts";
import { incomingValues } from "../placeholders/incoming.ts";
import { type Text, textOf } from "../placeholders/texts.ts";
import { mapperOptionInvalid } from "./errors.ts";
import type { IncomingContext } from "./mapper.ts";

const isPlaceholder = (name: string): boolean =>
  name === "request:subjectId" || isHeaderPlaceholder(name) || isTimePlaceholder(name);

export const valuesOf = (message: ExternalMessage, context: IncomingContext): Values =>
  incomingValues({ ...context, headers: message.headers });

/** Compiles a text of an option; refuses one that cannot be read, saying which option it is. */
export function optionText(option: string, text: string, supported = isPlaceholder): Text {
  try {
    return textOf(text, supported);
  } catch (error) {
    throw mapperOptionInvalid(option, (error as Error).message);
  }
}

export const isTemplate = (text: string): boolean => text.includes("{{") || text.includes("${");

/** Fills in what a text stands for. */
export type Fill = (text: Text) => string;
/** JSON with texts to fill in, in keys and values. */
export type JsonTemplate = (fill: Fill) => JsonValue;

/**
 * Compiles the texts of a JSON value, each for itself: what comes of a message can become no other JSON than a text. References
 * (`{{ ref:… }}`) are for whoever executes the command.
 */
export function jsonTemplate(option: string, value: JsonValue): JsonTemplate {
  if (typeof value === "string") {
    if (!isTemplate(value) || /^\s*\{\{\s*ref:/.test(value)) return () => value;
    const text = optionText(option, value);
    return (fill) => fill(text);
  }
  if (isArray(value)) {
    const elements = value.map((element) => jsonTemplate(option, element));
    return (fill) => elements.map((element) => element(fill));
  }
  return isObject(value) ? objectTemplate(option, value) : () => value;
}

function objectTemplate(option: string, object: JsonObject): JsonTemplate {
  const members = Object.keys(object).map(
    (key) => [optionText(option, key), jsonTemplate(option, object[key] as JsonValue)] as const,
  );
  return (fill) => {
    const filled: { [key: string]: JsonValue } = {};
    for (const [key, member] of members)
      putKey(filled, isTemplate(key.text) ? fill(key) : key.text, member(fill));
    return filled;
  };
}
