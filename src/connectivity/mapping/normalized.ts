// The Normalized mapper: changes of things as parts of their JSON, with the event itself beside it.

import { parseFields, selectFields } from "../../base/json/fields.ts";
import { getKey, isObject, type JsonObject, type JsonValue, putKey } from "../../base/json/json.ts";
import { type Path as FieldPath, readPath, setAt } from "../../base/json/pointer.ts";
import { withoutEmptyObjects } from "../../base/json/without-empty.ts";
import { textPayload } from "../external-message.ts";
import type { TopicParts } from "../placeholders/protocol.ts";
import { engineNames } from "./class-names.ts";
import { mapperOptionInvalid, mappingFailed } from "./errors.ts";
import type { MappingEngine } from "./mapper.ts";
import { blockedTypes, flagOption, textOption } from "./options.ts";
import { headerTexts, thingIdOf, topicOf } from "./reading.ts";

export const normalized: MappingEngine = {
  names: engineNames("Normalized", "NormalizedMessageMapper"),
  needsDefinition: false,
  create({ options }) {
    const fields = fieldsOf(textOption(options, "fields"));
    const tellsDeleted = flagOption(options, "includeDeletedFields", false);
    return {
      blocked: blockedTypes(options),
      incoming: () => [],
      outgoing(message) {
        const told = normalizedOf(message.json(), fields, tellsDeleted);
        return told
          ? [{ headers: { "content-type": "application/json" }, payload: textPayload(JSON.stringify(told)) }]
          : [];
      },
      close() {},
    };
  },
};

function fieldsOf(text: string | undefined): readonly FieldPath[] | undefined {
  if (text === undefined) return undefined;
  try {
    return parseFields(text);
  } catch {
    throw mapperOptionInvalid("fields", `'${text.slice(0, 200)}' is no field selector.`);
  }
}

/** A change of a thing; what else is said is dropped. */
interface Change {
  readonly topic: TopicParts;
  readonly message: JsonObject;
  readonly path: FieldPath;
  readonly value: JsonValue | undefined;
  readonly timestamp: JsonValue | undefined;
}

const changes: ReadonlySet<string | undefined> = new Set(["created", "modified", "merged"]);

function normalizedOf(
  message: JsonObject,
  fields: readonly FieldPath[] | undefined,
  tellsDeleted: boolean,
): JsonObject | undefined {
  const topic = topicOf(message);
  const path = pathOf(message);
  if (topic.group !== "things" || topic.criterion !== "events") return undefined;
  const isDeletion = topic.rest === "deleted" && (tellsDeleted || path.length === 0);
  if (!isDeletion && !changes.has(topic.rest)) return undefined;
  const change = {
    topic,
    message,
    path,
    value: getKey(message, "value"),
    timestamp: getKey(message, "timestamp"),
  };
  const extra = getKey(message, "extra");
  const all = changeJson(change, tellsDeleted);
  const json = isObject(extra) ? merged(all, extra) : all;
  const selected = fields ? selectFields(json, fields) : json;
  return topic.rest === "merged"
    ? ((withoutEmptyObjects(withoutNulls(selected)) ?? {}) as JsonObject)
    : selected;
}

function pathOf(message: JsonObject): FieldPath {
  const path = getKey(message, "path");
  return typeof path === "string" ? readPath(path).filter((key) => key !== "") : [];
}

function changeJson(change: Change, tellsDeleted: boolean): JsonObject {
  const { topic, message, path, timestamp } = change;
  const json = withValue({ thingId: thingIdOf(topic) }, change);
  const revision = getKey(message, "revision");
  if (timestamp !== undefined) json._modified = timestamp;
  if (revision !== undefined) json._revision = revision;
  if (topic.rest === "deleted" && path.length === 0 && timestamp !== undefined) json._deleted = timestamp;
  const deleted = tellsDeleted ? deletedFields(change) : {};
  if (Object.keys(deleted).length > 0) json._deletedFields = deleted;
  json._context = contextOf(change);
  return json;
}

function withValue(start: JsonObject, { path, value }: Change): { [key: string]: JsonValue } {
  if (value === undefined) return { ...start };
  if (path.length > 0) return { ...(setAt(start, path, value) as JsonObject) };
  if (value !== null && !isObject(value))
    throw mappingFailed(undefined, "The event of a whole thing holds no thing.");
  return { ...start, ...value };
}

/** The event, abridged; its headers are texts here. */
function contextOf({ message, value }: Change): JsonObject {
  const fields = getKey(message, "fields");
  return {
    topic: getKey(message, "topic") as JsonValue,
    path: getKey(message, "path") ?? "/",
    value: value ?? null,
    ...(fields !== undefined && { fields }),
    headers: headerTexts(message),
  };
}

/** When what was deleted, at its place. */
function deletedFields({ topic, path, value, timestamp }: Change): JsonObject {
  if (timestamp === undefined) return {};
  if (topic.rest === "deleted") return path.length === 0 ? {} : (setAt({}, path, timestamp) as JsonObject);
  if (topic.rest !== "merged" || value === undefined) return {};
  const nulls = nullsAs(timestamp, value);
  if (nulls === undefined || (value === null && path.length === 0)) return {};
  return setAt({}, path, nulls) as JsonObject;
}

/** The nulls of a merge patch as something else, and nothing but them. */
function nullsAs(replacement: JsonValue, patch: JsonValue): JsonValue | undefined {
  if (patch === null) return replacement;
  if (!isObject(patch)) return undefined;
  const found: { [key: string]: JsonValue } = {};
  for (const key of Object.keys(patch)) {
    if (isPattern(key)) continue;
    const below = nullsAs(replacement, patch[key] as JsonValue);
    if (below !== undefined) putKey(found, key, below);
  }
  return Object.keys(found).length === 0 ? undefined : found;
}

/** A key of a merge patch that stands for several. */
const isPattern = (key: string): boolean => key.startsWith("{{") && key.endsWith("}}") && /[~/]/.test(key);

/** Both together; where they differ the first counts. */
function merged(first: JsonObject, second: JsonObject): JsonObject {
  const result: { [key: string]: JsonValue } = { ...first };
  for (const key of Object.keys(second)) {
    const mine = getKey(first, key);
    const other = second[key] as JsonValue;
    if (mine === undefined) putKey(result, key, other);
    else if (isObject(mine) && isObject(other)) putKey(result, key, merged(mine, other));
  }
  return result;
}

/** Without members that are null; of merges they say what is not there. */
function withoutNulls(object: JsonObject): JsonObject {
  const kept: { [key: string]: JsonValue } = {};
  for (const key of Object.keys(object)) {
    const value = object[key] as JsonValue;
    if (value !== null) putKey(kept, key, isObject(value) ? withoutNulls(value) : value);
  }
  return kept;
}
