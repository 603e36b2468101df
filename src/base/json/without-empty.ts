import { isObject, type JsonValue, putKey } from "./json.ts";

/** A copy without any object that holds nothing, or nothing but such objects; `undefined` when nothing remains. */
export function withoutEmptyObjects(value: JsonValue): JsonValue | undefined {
  if (!isObject(value)) return value;
  const kept: { [key: string]: JsonValue } = {};
  for (const key of Object.keys(value)) {
    const member = withoutEmptyObjects(value[key] as JsonValue);
    if (member !== undefined) putKey(kept, key, member);
  }
  return Object.keys(kept).length === 0 ? undefined : kept;
}
