// Deleting by pattern in a merge patch: `{{ ~regex~ }}` or `{{ /regex/ }}` with null (httpapi-concepts page).

import { RE2JS } from "re2js";
import { recent } from "../recent.ts";
import { getKey, isObject, type JsonObject, type JsonValue, putKey } from "./json.ts";

/** Characters of all patterns of one patch together: reading a pattern costs more than matching it. */
const MAX_PATTERN = 1_000;
/** The same with all that is repeated by a count written out, which is what RE2 does when it reads a pattern. */
const MAX_UNFOLDED = 10_000;
/** Instructions of compiled patterns times characters of the keys that they are held against. */
const MAX_WORK = 1_000_000;

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

/** How much matching may still be done: instructions of compiled patterns times characters of keys. */
export interface MatchingWork {
  left: number;
}
export const matchingWork = (): MatchingWork => ({ left: MAX_WORK });

/**
 * The members of a level that no pattern of the patch matches, from end to end; the level itself where there is no
 * pattern. What cannot be compiled, and what exceeds the work, matches nothing: whether it may be said at all was
 * judged before.
 */
export function withoutMatches(level: JsonObject, patch: JsonObject, work?: MatchingWork): JsonObject {
  const patterns = patternsOf(patch)
    .map(compile)
    .filter((pattern) => typeof pattern !== "string")
    .filter((pattern) => work === undefined || isWithin(work, pattern, level));
  if (patterns.length === 0) return level;
  const kept: { [key: string]: JsonValue } = {};
  for (const key of Object.keys(level)) {
    if (!patterns.some((pattern) => pattern.matches(key))) putKey(kept, key, level[key] as JsonValue);
  }
  return kept;
}

/** Takes what a pattern will cost on a level from the work that is left. */
function isWithin(work: MatchingWork, pattern: RE2JS, level: JsonObject): boolean {
  const characters = Object.keys(level).reduce((sum, key) => sum + key.length + 1, 0);
  work.left -= pattern.programSize() * characters;
  return work.left >= 0;
}

/** Why the patterns of a patch cannot be applied to a value, or `undefined` where they can. */
export function patternFault(target: JsonValue | undefined, patch: JsonValue): string | undefined {
  return faultIn(target, patch, { length: 0, unfolded: 0, work: matchingWork() });
}

interface Spent {
  length: number;
  unfolded: number;
  readonly work: MatchingWork;
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
  spent.length += pattern.length;
  if (spent.length > MAX_PATTERN) return `its patterns are longer than ${MAX_PATTERN} characters together.`;
  spent.unfolded += unfoldedLength(pattern);
  if (spent.unfolded > MAX_UNFOLDED) return "the repetitions in its patterns are too many.";
  const compiled = compile(pattern);
  if (typeof compiled === "string") return compiled;
  if (isWithin(spent.work, compiled, level)) return undefined;
  return `the pattern '${pattern}' is too large for so many keys.`;
}

function patternsOf(patch: JsonObject): string[] {
  const patterns: string[] = [];
  for (const key of Object.keys(patch)) {
    const pattern = patch[key] === null ? patternIn(key) : undefined;
    if (pattern !== undefined) patterns.push(pattern);
  }
  return patterns;
}

const COUNTED = /\{(\d+)(?:,(\d*))?\}/g;
/** What ends one character, or one class of characters. Between `\Q` and `\E` it need not. */
const ENDS_CHARACTER = /[A-Za-z0-9.\]]/;
const QUOTING = /\\[QE]/;

/**
 * At least as many characters as a pattern has with its counted repetitions written out. Where the count does not stand
 * at a single character, all before it is taken to be repeated, so that groups need not be understood.
 */
export function unfoldedLength(pattern: string): number {
  const isQuoting = QUOTING.test(pattern);
  let length = 0;
  let read = 0;
  for (const { 0: text, 1: least, 2: most, index } of pattern.matchAll(COUNTED)) {
    length += index - read;
    read = index + text.length;
    const times = Math.max(1, Number(least), Number(most ?? 0));
    const isOne = !isQuoting && ENDS_CHARACTER.test(pattern.charAt(index - 1));
    length = isOne ? length + times : length * times;
  }
  return length + pattern.length - read;
}

/** Replays and devices say the same patterns again and again. */
const remembered = recent<RE2JS | string>(20_000);
/** What a pattern weighs beside its instructions: as it matches, RE2 remembers up to 8 MB of states. */
const WEIGHT = 1_000;

/**
 * RE2 matches in time linear in the key, whatever the pattern: JavaScript's own expressions backtrack, and one of a
 * client's choice could hold the server up for ever. The price is that look-around and back references are refused.
 */
function compile(pattern: string): RE2JS | string {
  const known = remembered.get(pattern);
  if (known !== undefined) return known;
  const read = readPattern(pattern);
  return remembered.put(
    pattern,
    read,
    WEIGHT + (typeof read === "string" ? pattern.length : read.programSize()),
  );
}

function readPattern(pattern: string): RE2JS | string {
  if (pattern.length > MAX_PATTERN || unfoldedLength(pattern) > MAX_UNFOLDED) return "a pattern is too long.";
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    return `the pattern '${pattern}' cannot be read: ${(error as Error).message}.`;
  }
}
