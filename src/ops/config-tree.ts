// The settings as a tree of Ditto's configuration paths, for operators: without what is secret.

import { RE2JS } from "re2js";
import { isArray, type JsonObject, type JsonValue } from "../base/json/json.ts";
import type { Config } from "./config.ts";
import type { Setting } from "./setting.ts";
import { settings } from "./settings.ts";

const MASK = "***";

/** Names that are masked even where the kind of the setting does not know that its text is secret. */
const secretNames = /PASSWORD|SECRET|ENCRYPTION.*KEY|CREDENTIALS|_TOKEN$|PRIVATE_KEY/;

const isSecret = ({ kind, names }: Setting): boolean =>
  kind.secret || names.some((name) => secretNames.test(name));

interface Tree {
  [name: string]: JsonValue | Tree;
}

/**
 * All settings with the values in force: those that Ditto has at its paths, the others below `pollux` by their variables. Times
 * are milliseconds, as they are kept.
 */
export function configTree(config: Config): JsonObject {
  const tree: Tree = { ditto: {}, pollux: {} };
  const values: Readonly<Record<string, unknown>> = { ...config };
  for (const [key, setting] of Object.entries<Setting>(settings)) {
    const value = values[key];
    if (value === undefined) continue;
    const shown = isSecret(setting) ? MASK : shownValue(value);
    if (setting.path === undefined || !put(tree, setting.path.split("."), shown))
      put(tree, ["pollux", setting.names[0].toLowerCase().replaceAll("_", "-")], shown);
  }
  return tree as JsonObject;
}

/** Puts a value at a path, unless something that is no object is on its way, or something is there. */
function put(tree: Tree, [name = "", ...rest]: readonly string[], value: JsonValue): boolean {
  if (rest.length === 0) {
    if (Object.hasOwn(tree, name)) return false;
    tree[name] = value;
    return true;
  }
  if (!Object.hasOwn(tree, name)) tree[name] = {};
  const within = tree[name];
  return isTree(within) && put(within, rest, value);
}

const isTree = (value: unknown): value is Tree =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A value as JSON: expressions as their texts, sets and maps as lists and objects. */
function shownValue(value: unknown): JsonValue {
  if (value instanceof RE2JS) return value.pattern();
  if (value instanceof RegExp) return value.source;
  if (value instanceof Set) return [...value].map(shownValue);
  if (value instanceof Map) return shownValue(Object.fromEntries(value));
  if (Array.isArray(value)) return value.map(shownValue);
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [
        name,
        secretNames.test(name.toUpperCase()) ? MASK : shownValue(inner),
      ]),
    );
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "string") return value;
  return value === null ? null : String(value);
}

/** Which variables of the environment set something, what this process is called, and how Node was started. */
export function processInfo(
  service: string,
  instance: string,
  env: NodeJS.ProcessEnv,
  vmArgs: readonly string[],
): JsonObject {
  const set = Object.values<Setting>(settings).flatMap((setting) =>
    setting.names.flatMap((name): [string, string][] => {
      const text = env[name];
      return text === undefined ? [] : [[name, isSecret(setting) ? MASK : text]];
    }),
  );
  return {
    env: Object.fromEntries(set),
    service: { name: service, "instance-id": instance },
    "vm-args": [...vmArgs],
  };
}

/** What is at a dotted path; the whole without one, and an empty object where nothing is. */
export function configAt(tree: JsonObject, path: string | undefined): JsonValue {
  let at: JsonValue | undefined = tree;
  for (const name of path?.split(".") ?? [])
    at = isTree(at) && !isArray(at) && Object.hasOwn(at, name) ? (at as JsonObject)[name] : undefined;
  return at ?? {};
}
