import { isArray, isObject, type JsonValue } from "./json.ts";

/** Whether a value is nested deeper than so many levels; looks no deeper than that. */
export function isDeeperThan(value: JsonValue, levels: number): boolean {
  if (isArray(value)) return levels === 0 || value.some((element) => isDeeperThan(element, levels - 1));
  if (!isObject(value)) return false;
  return levels === 0 || Object.keys(value).some((key) => isDeeperThan(value[key] as JsonValue, levels - 1));
}
