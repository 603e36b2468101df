// Ditto's other way to configure: `-Dditto.gateway.….openid-connect-issuers.prefix.issuer=host` sets one leaf of a
// setting that is JSON here, or the whole of one that is not. A list between commas is set place by place.

import { getKey, isObject, type JsonObject, type JsonValue, putKey } from "../base/json/json.ts";
import type { Setting } from "./setting.ts";
import { settings } from "./settings.ts";

/** One `-Dpath=text`, for the setting whose own path begins that path. */
export interface Property {
  readonly option: string;
  readonly setting: Setting;
  /** What of the setting it sets; empty for the whole of it. */
  readonly rest: readonly string[];
  readonly text: string;
}

const all: readonly Setting[] = Object.values(settings);

/** Reads one argument that begins with -D. Throws an Error that says what is wrong with it. */
export function readProperty(argument: string): Property {
  const [, path = "", text = ""] = /^-D([^=]*)=?(.*)$/s.exec(argument) ?? [];
  const option = `-D${path}`;
  const setting = all.find((one) => one.path && (path === one.path || path.startsWith(`${one.path}.`)));
  if (!setting?.path) throw new Error(`${option} is no option of Pollux`);
  if (text.trim() === "") throw new Error(`${option} needs a value`);
  const rest = path.slice(setting.path.length + 1);
  if (rest !== "" && !isJson(setting) && !(isList(setting) && /^\d+$/.test(rest)))
    throw new Error(`${option} is no option of Pollux`);
  return { option, setting, rest: rest === "" ? [] : rest.split("."), text: text.trim() };
}

const isJson = ({ kind }: Setting): boolean => /^[[{]/.test(kind.form);
const isList = ({ kind }: Setting): boolean => kind.form.endsWith(",…");

/**
 * The text of a setting after properties were put over it. Steps that are all numbers make a list, which replaces what
 * was there, as in Ditto's configuration; other steps go into objects. Text that is no JSON stays, for the kind of the
 * setting to refuse.
 */
export function withProperties(text: string, properties: readonly Property[]): string {
  const whole = properties.findLast(({ rest }) => rest.length === 0);
  const leaves = properties.filter(({ rest }) => rest.length > 0);
  const base = whole?.text ?? text;
  if (leaves[0] && !isJson(leaves[0].setting)) return listOf(leaves);
  const under = leaves.length === 0 ? undefined : jsonOf(base);
  if (under === undefined) return base;
  const tree = leaves.reduce<JsonObject>((into, leaf) => withLeaf(into, leaf.rest, leaf.text), {});
  return JSON.stringify(over(under, tree));
}

const listOf = (leaves: readonly Property[]): string =>
  leaves
    .toSorted((a, b) => Number(a.rest[0]) - Number(b.rest[0]))
    .map(({ text }) => text)
    .join(",");

function withLeaf(into: JsonObject, [step = "", ...further]: readonly string[], text: string): JsonObject {
  const copy = { ...into };
  const there = getKey(into, step);
  putKey(copy, step, further.length === 0 ? text : withLeaf(isObject(there) ? there : {}, further, text));
  return copy;
}

function jsonOf(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

function over(base: JsonValue | undefined, change: JsonValue): JsonValue {
  if (!isObject(change)) return change;
  const steps = Object.keys(change);
  if (steps.every((step) => /^\d+$/.test(step))) {
    return steps.sort((a, b) => Number(a) - Number(b)).map((step) => over(undefined, change[step] ?? null));
  }
  const result = isObject(base) ? { ...base } : {};
  for (const step of steps)
    putKey(result, step, over(getKey(isObject(base) ? base : {}, step), change[step] ?? null));
  return result;
}
