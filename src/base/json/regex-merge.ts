// Deleting by pattern in a merge patch: `{{ ~regex~ }}` or `{{ /regex/ }}` with null (httpapi-concepts page).

import { RE2JS } from "re2js";
import { getKey, isObject, type JsonObject, type JsonValue, putKey } from "./json.ts";

/** Characters of all patterns of one patch together: reading a pattern costs more than matching it. */
const MAX_PATTERN = 1_000;
/** Instructions of compiled patterns times characters of the keys that they are held against. */
const MAX_WORK = 5_000_000;

/** Whether a member of a merge patch deletes every key of its level that the pattern in its own key matches. */
export const deletesByPattern = (key: string, member: JsonValue): boolean =>
  member === null && patternIn(key) !== undefined;

/** The regular expression that a key is a pattern of, if it is one. */
export function patternIn(key: string): string | undefined {
  if (!key.startsWith("{{") || !key.endsWith("}}")) return undefined;
  const inner = key.slice(2, -2).trim();
  const delimiter = inner[0];
  const isDelimited = inner.length > 1 && (delimiter === "~" || delimiter === "/");
  return isDelimited && inner.endsWith(delimiter) ? inner.slice(1, -1) : undefined;
}

/**
 * The members of a level that no pattern of the patch matches, from end to end; the level itself where there is no
 * pattern. What cannot be compiled matches nothing: whether it may be said at all was judged before.
 */
export function withoutMatches(level: JsonObject, patch: JsonObject): JsonObject {
  const patterns = patternsOf(patch)
    .map(compile)
    .filter((pattern) => typeof pattern !== "string");
  if (patterns.length === 0) return level;
  const kept: { [key: string]: JsonValue } = {};
  for (const key of Object.keys(level)) {
    if (!patterns.some((pattern) => pattern.matches(key))) putKey(kept, key, level[key] as JsonValue);
  }
  return kept;
}

/** Why the patterns of a patch cannot be applied to a value, or `undefined` where they can. */
export function patternFault(target: JsonValue | undefined, patch: JsonValue): string | undefined {
  const spent = { pattern: 0, work: 0 };
  return faultIn(target, patch, spent);
}

interface Spent {
  pattern: number;
  work: number;
}

function faultIn(target: JsonValue | undefined, patch: JsonValue, spent: Spent): string | undefined {
  if (!isObject(patch)) return undefined;
  const level = isObject(target) ? target : {};
  for (const pattern of patternsOf(patch)) {
    const fault = faultOf(pattern, level, spent);
    if (fault !== undefined) return fault;
  }
  for (const key of Object.keys(patch)) {
    const fault = faultIn(getKey(level, key), patch[key] as JsonValue, spent);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function faultOf(pattern: string, level: JsonObject, spent: Spent): string | undefined {
  spent.pattern += pattern.length;
  if (spent.pattern > MAX_PATTERN) return `its patterns are longer than ${MAX_PATTERN} characters together.`;
  const compiled = compile(pattern);
  if (typeof compiled === "string") return compiled;
  const characters = Object.keys(level).reduce((sum, key) => sum + key.length + 1, 0);
  spent.work += compiled.programSize() * characters;
  return spent.work > MAX_WORK ? `the pattern '${pattern}' is too large for so many keys.` : undefined;
}

function patternsOf(patch: JsonObject): string[] {
  const patterns: string[] = [];
  for (const key of Object.keys(patch)) {
    const pattern = patch[key] === null ? patternIn(key) : undefined;
    if (pattern !== undefined) patterns.push(pattern);
  }
  return patterns;
}

/**
 * RE2 matches in time linear in the key, whatever the pattern: JavaScript's own expressions backtrack, and one of a
 * client's choice could hold the server up for ever. The price is that look-around and back references are refused.
 */
function compile(pattern: string): RE2JS | string {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    return `the pattern '${pattern}' cannot be read: ${(error as Error).message}.`;
  }
}
