// What of a thing is told beside a signal (basic-enrichment page).

import { defineError } from "../base/errors.ts";
import { parseFields } from "../base/json/fields.ts";
import { type Path, unescapeKey } from "../base/json/pointer.ts";
import { anyOf, type Values } from "../base/placeholders/element.ts";
import { headerPlaceholder, isHeaderPlaceholder } from "../base/placeholders/header.ts";
import { compileTemplate, type Template } from "../base/placeholders/template.ts";
import { isTimePlaceholder, timePlaceholder } from "../base/placeholders/time.ts";
import { recent } from "../base/recent.ts";
import { toldHeaders } from "../protocol/headers.ts";
import { featureIdsOf, placeholderNames, type Signal, saidBy } from "./said.ts";

export interface ExtraFields {
  readonly text: string;
  /** The fields, where they are the same for every signal. */
  readonly fixed?: readonly Path[];
  /** The fields that are asked for beside a signal, with the values that placeholders have for it; none where they have none. */
  fieldsFor(signal: Signal): readonly Path[];
}

export const invalidFieldSelection = defineError(
  "things:field.selection.invalid",
  400,
  (selection: string, reason: string) => ({
    message: `The extra fields '${selection}' are not valid.`,
    description: reason,
  }),
);

const SELECTABLE =
  "They are separated by commas without blanks: thingId, policyId, definition, attributes, features or something in the last " +
  "two, _namespace, _revision, _created, _modified, _metadata.";
/** `[^,]+` ends where the text does, so that it is looked at once. */
const selectable =
  /^\/?(?:thingId|policyId|definition|_namespace|_revision|_created|_modified|_policy|(?:_metadata|_context|features|attributes)(?:\/[^,]+)?)$/;

/** Longest text accepted; each placeholder in it costs something with every signal. */
const MAX_LENGTH = 4_000;
const MAX_PLACEHOLDERS = 20;
/** So many fields a text with placeholders stands for at most; further ones are left out. */
const MAX_FIELDS = 500;

const remembered = recent<ExtraFields>(100_000);

/**
 * Reads which fields are asked for. Refuses what is no field selector with `json.fieldselector.invalid`, and fields that
 * things do not have, unknown placeholders and too many of them with `things:field.selection.invalid`.
 */
export const extraFieldsOf = (text: string): ExtraFields =>
  remembered.get(text) ?? remembered.put(text, read(text), text.length);

function read(text: string): ExtraFields {
  if (hasPlaceholders(text)) return withPlaceholders(text);
  const fields = fixedFieldsOf(text);
  return { text, fixed: fields, fieldsFor: () => fields };
}

/** The fields that are the same for every signal; refuses as {@link extraFieldsOf}, and placeholders as well. */
export function fixedFieldsOf(text: string): readonly Path[] {
  refuseLong(text);
  if (hasPlaceholders(text)) throw invalidFieldSelection(text, "Placeholders stand for nothing here.");
  const fields = parseFields(text);
  if (!text.split(",").every((part) => selectable.test(part))) throw invalidFieldSelection(text, SELECTABLE);
  return fields;
}

const hasPlaceholders = (text: string): boolean => text.includes("{{") || text.includes("${");

function refuseLong(text: string): void {
  if (text.length > MAX_LENGTH) throw invalidFieldSelection("…", `They have over ${MAX_LENGTH} characters.`);
}

function withPlaceholders(text: string): ExtraFields {
  refuseLong(text);
  const templates = splitFields(text).map((part) => templateOf(text, part));
  const placeholders = text.split("{{").length + text.split("${").length - 2;
  if (placeholders > MAX_PLACEHOLDERS)
    throw invalidFieldSelection(text, `They have over ${MAX_PLACEHOLDERS} placeholders.`);
  return { text, fieldsFor: (signal) => resolved(templates, signal) };
}

/** At the commas that stand outside of parentheses, as those between the parameters of a function do not. */
function splitFields(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "(") depth++;
    else if (text[at] === ")") depth--;
    else if (text[at] === "," && depth <= 0) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, text.slice(start)];
}

function templateOf(text: string, part: string): Template {
  try {
    return compileTemplate(part, isSupported);
  } catch (error) {
    throw invalidFieldSelection(text, (error as Error).message);
  }
}

const REQUEST_SUBJECT = "request:subjectId";

const isSupported = (name: string): boolean =>
  placeholderNames.has(name) ||
  name === REQUEST_SUBJECT ||
  isHeaderPlaceholder(name) ||
  isTimePlaceholder(name);

/** Equal fields are one list, since selecting remembers what it made of a list. */
const lists = recent<readonly Path[]>(100_000);

function resolved(templates: readonly Template[], signal: Signal): readonly Path[] {
  const values = anyOf(
    ownValues(signal),
    headerPlaceholder(toldHeaders(signal.headers, "all")),
    timePlaceholder(Date.now()),
  );
  const texts = new Set(templates.flatMap((template) => textsOf(template, values)));
  const fields = [...texts].filter((field) => selectable.test(field)).slice(0, MAX_FIELDS);
  const key = fields.join();
  return lists.get(key) ?? lists.put(key, fields.map(pathOf), key.length);
}

/** What stands for more than anything sensible stands for nothing: nobody could be told of it by now. */
function textsOf(template: Template, values: Values): readonly string[] {
  try {
    return template.resolve(values);
  } catch {
    return [];
  }
}

const pathOf = (field: string): Path =>
  field
    .split("/")
    .filter((key) => key !== "")
    .map(unescapeKey);

const ownValues =
  (signal: Signal): Values =>
  (name) => {
    if (name === "feature:id") return featureIdsOf(signal);
    const value = name === REQUEST_SUBJECT ? originatorOf(signal) : saidBy(signal, entityName(name));
    return value === undefined ? [] : [value];
  };

/** The entity is always a thing here. */
const entityName = (name: string): string => (name.startsWith("thing:") ? `entity${name.slice(5)}` : name);

const originatorOf = (signal: Signal): string | undefined =>
  "says" in signal ? signal.auth.subjects[0] : signal.originator;
