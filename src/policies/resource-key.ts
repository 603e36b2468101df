// Resource keys `type:/path`: what an entry of a policy grants and revokes permissions on.

import { invalidJson, invalidJsonPointer } from "../base/json/errors.ts";
import { type Path, printPath, unescapeKey } from "../base/json/pointer.ts";
import { entryInvalid } from "./errors.ts";
import { hasControlCharacter } from "./names.ts";

export interface ResourceKey {
  readonly type: string;
  readonly path: Path;
}

/** Reads a resource key; `thing:`, `thing:/` and `thing:a`, `thing:/a` are the same. Never throws. */
export function readResourceKey(text: string): ResourceKey {
  const colon = text.indexOf(":");
  return { type: text.slice(0, Math.max(colon, 0)), path: splitKeys(text.slice(colon + 1)) };
}

/** The keys between slashes; empty ones do not count. */
export const splitKeys = (text: string): Path =>
  text
    .split("/")
    .filter((key) => key !== "")
    .map(unescapeKey);

/** The one spelling of a resource key under which a policy holds it. */
export function normalResourceKey(text: string): string {
  const { type, path } = readResourceKey(text);
  return `${type}:${printPath(path)}`;
}

/** Checks a resource key and gives its normal form. */
export function checkResourceKey(text: string): string {
  if (hasControlCharacter(text)) throw entryInvalid(`The resource '${text}' holds a control character.`);
  if (text.indexOf(":") < 1) throw invalidJson(`The resource '${text}' is not of the form 'type:/path'.`);
  if (text.includes("//")) throw invalidJsonPointer(text);
  return normalResourceKey(text);
}

/** The key that the segments of a path spell, from the one with the type on; a segment may hold the whole key. */
export function joinResourceKey(segments: Path): string {
  const [head = "", ...rest] = segments;
  return rest.length === 0 ? normalResourceKey(head) : normalResourceKey(`${head}${printPath(rest)}`);
}

/** The segments of a path that spell a key on the wire: `thing:`, then the keys of its path. */
export function splitResourceKey(text: string): Path {
  const { type, path } = readResourceKey(text);
  return [`${type}:`, ...path];
}
