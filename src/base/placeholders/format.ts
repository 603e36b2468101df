// fn:format: makes texts of JSON objects, by a template in which `{field}` is a field and `{#list}…{/list}` repeats.

import { isArray, isObject, type JsonObject, type JsonValue } from "../json/json.ts";
import { parseJson } from "../json/parse.ts";
import { getAt, readPath } from "../json/pointer.ts";
import { bounded, deleted, product, type Stage } from "./element.ts";
import { jsonText } from "./json-text.ts";

/** Texts that one JSON value gives. */
type Part = (element: JsonValue) => readonly string[];

/** Sections in sections: each level looks for the ends of its own. */
const MAX_NESTING = 20;
const SECTION = /(?<!\\)\{#([^}]+)\}/g;
const FIELD = /(?<!\\)\{(?!#)(?!\/[^/}]+\})([^}]+)\}/g;

/**
 * Compiles the template; throws a plain error where a section is not closed, or sections are nested deeper than 20 levels.
 * Texts that are no JSON objects are skipped.
 */
export function compileFormat(template: string): Stage {
  const format = compileParts(template);
  return (input) => {
    if (input === deleted || input.length === 0) return input;
    const results = input.flatMap((text) => {
      const object = objectOf(text);
      return object ? format(object) : [];
    });
    return results.length === 0 ? [""] : bounded(results);
  };
}

function objectOf(text: string): JsonObject | undefined {
  try {
    const value = parseJson(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function compileParts(template: string, depth = 0): Part {
  if (depth > MAX_NESTING) throw new Error(`Sections are nested deeper than ${MAX_NESTING} levels.`);
  const parts: Part[] = [];
  let at = 0;
  for (let section = nextSection(template, 0); section; section = nextSection(template, at)) {
    const name = section[1] as string;
    const bodyStart = section.index + section[0].length;
    const close = closingTag(template, bodyStart, name);
    parts.push(...flatParts(template.slice(at, section.index)));
    parts.push(compileSection(name, compileParts(template.slice(bodyStart, close), depth + 1)));
    at = close + name.length + "{/}".length;
  }
  parts.push(...flatParts(template.slice(at)));
  return (element) => parts.map((part) => part(element)).reduce(product, [""]);
}

function nextSection(template: string, from: number): RegExpExecArray | null {
  SECTION.lastIndex = from;
  return SECTION.exec(template);
}

function closingTag(template: string, from: number, name: string): number {
  const open = `{#${name}}`;
  const close = `{/${name}}`;
  let depth = 1;
  for (let at = from; ; ) {
    const nextClose = template.indexOf(close, at);
    const nextOpen = template.indexOf(open, at);
    if (nextClose < 0) throw new Error(`The section {#${name}} is not closed.`);
    const opens = nextOpen >= 0 && nextOpen < nextClose;
    depth += opens ? 1 : -1;
    if (depth === 0) return nextClose;
    at = opens ? nextOpen + open.length : nextClose + close.length;
  }
}

function compileSection(name: string, body: Part): Part {
  const path = readPath(name);
  return (element) => {
    const value = getAt(element, path) ?? null;
    if (value === null || (isArray(value) && value.length === 0)) return [""];
    return isArray(value) ? bounded(value.flatMap(body)) : body(value);
  };
}

function flatParts(text: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const field of text.matchAll(FIELD)) {
    parts.push(literal(text.slice(at, field.index)), compileField(field[1] as string));
    at = field.index + field[0].length;
  }
  return [...parts, literal(text.slice(at))];
}

function literal(text: string): Part {
  const texts = [text.replaceAll("\\{", "{").replaceAll("\\}", "}")];
  return () => texts;
}

/** In a list of plain values `{.}` is the value, and there are no fields. */
function compileField(name: string): Part {
  const path = readPath(name);
  return (element) => {
    if (!isObject(element) && name === ".") return [jsonText(element)];
    const value = getAt(element, path) ?? null;
    if (value === null || (isArray(value) && value.length === 0)) return [""];
    return isArray(value) ? bounded(value.map(jsonText)) : [jsonText(value)];
  };
}
