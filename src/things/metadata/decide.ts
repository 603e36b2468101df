// What a writing command does to the metadata of a thing: pure, and told as the metadata at the path of its change.

import { invalidJson } from "../../base/json/errors.ts";
import { isObject, type JsonObject, type JsonValue } from "../../base/json/json.ts";
import { checkKeys } from "../../base/json/keys.ts";
import { getAt, type Path, printPath, removeAt, setAt } from "../../base/json/pointer.ts";
import { withoutEmptyObjects } from "../../base/json/without-empty.ts";
import type { MetadataPut } from "../../base/metadata-headers.ts";
import type { Change } from "../../signals/signal.ts";
import { thingTooLarge } from "../errors.ts";
import { draftOf } from "./draft.ts";
import { metadataNotModifiable } from "./errors.ts";
import type { MetadataHeaders } from "./headers.ts";
import { resolveKeys } from "./wildcards.ts";

/** A decided change of a thing, and what its metadata is to be decided by. */
export interface MetadataDecision {
  readonly id: string;
  readonly change: Change;
  /** The thing and its metadata before the change; absent where there was none. */
  readonly thing: JsonObject | undefined;
  readonly metadata: JsonObject | undefined;
  readonly headers: MetadataHeaders | undefined;
  /** The `_metadata` of the command's body, which counts only when a thing is created. */
  readonly inline?: JsonValue | undefined;
  /** The most characters that a thing may have, its metadata included. */
  readonly maxSize: number;
}

/**
 * The metadata that an event has to carry: all that there is at the path of the change after it, relative to that path;
 * `undefined` when the command changes none. Refuses a wildcard out of place with `header.invalid`, metadata that is given
 * twice with `things:metadata.notmodifiable`, and values that wildcards multiply far beyond the size of a thing with
 * `things:thing.toolarge`; the exact size is for the caller to judge.
 */
export function decideMetadata(decision: MetadataDecision): JsonObject | undefined {
  const { change, headers, inline } = decision;
  const puts = headers?.put ?? [];
  const isBirth = change.action === "created" && change.path.length === 0;
  if (isBirth && inline !== undefined) return inlineMetadata(inline, puts);
  if (change.action === "deleted") return undefined;
  const found = isBirth ? undefined : getAt(decision.metadata, change.path);
  const known = isObject(found) ? found : undefined;
  if (puts.length > 0) return withPuts(decision, known, puts);
  return headers?.delete.length ? withoutKeys(decision, known, headers.delete) : undefined;
}

function inlineMetadata(inline: JsonValue, puts: readonly MetadataPut[]): JsonObject {
  if (puts.length > 0) throw metadataNotModifiable();
  if (!isObject(inline)) throw invalidJson("Metadata is a JSON object.");
  checkKeys(inline);
  return inline;
}

function withPuts(
  { id, change, maxSize }: MetadataDecision,
  known: JsonObject | undefined,
  puts: readonly MetadataPut[],
): JsonObject | undefined {
  const { action, path, value } = change;
  if (value === undefined || (action === "merged" && value === null)) return undefined;
  const written = setAt({}, path, value) as JsonObject;
  const resolved = resolveKeys("put-metadata", puts, (put) => put.key, path, written);
  if (resolved.length === 0) return undefined;
  refuseExcess(resolved, id, maxSize);
  const draft = draftOf(known ? (action === "merged" ? known : sunk(known, path)) : {});
  for (const [put, key] of resolved) draft.put(key, put.value);
  return draft.value;
}

/** How much longer than a thing the values may be before what they overwrite is looked at. */
const EXCESS = 10;

/** One key and value at many paths take little memory, but their text would. */
function refuseExcess(
  resolved: readonly (readonly [put: MetadataPut, path: Path])[],
  id: string,
  maxSize: number,
): void {
  const lengths = new Map<MetadataPut, number>();
  let total = 0;
  for (const [put] of resolved) {
    const length = lengths.get(put) ?? JSON.stringify(put.value).length + printPath(put.key).length;
    lengths.set(put, length);
    total += length;
  }
  if (total > EXCESS * maxSize) throw thingTooLarge(id, total, maxSize);
}

/**
 * A modify of a part leaves what was known of it, as Ditto does, one step down: below the part's own path. What sank
 * before is dropped, since with Ditto's rule a device that puts metadata with every value would pile it up for good.
 */
function sunk(known: JsonObject, path: Path): JsonObject {
  if (path.length === 0) return known;
  const rest = removeAt(known, path);
  const kept = rest === known ? known : withoutEmptyObjects(rest);
  return kept === undefined ? {} : (setAt({}, path, kept) as JsonObject);
}

function withoutKeys(
  { change, thing }: MetadataDecision,
  known: JsonObject | undefined,
  keys: readonly Path[],
): JsonObject | undefined {
  const resolved = resolveKeys("delete-metadata", keys, (key) => key, change.path, thing ?? {});
  if (!known) return undefined;
  if (isAll(keys)) return {};
  const draft = draftOf(known);
  for (const [, key] of resolved) draft.remove(key);
  return (withoutEmptyObjects(draft.value) ?? {}) as JsonObject;
}

/** Whether a selector is just `*`: all metadata of the resource. */
export const isAll = (keys: readonly Path[]): boolean =>
  keys.length === 1 && keys[0]?.length === 1 && keys[0][0] === "*";
