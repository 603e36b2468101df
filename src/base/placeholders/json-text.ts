import type { JsonValue } from "../json/json.ts";

/** A JSON value as the text a placeholder stands for: strings without quotes. */
export const jsonText = (value: JsonValue): string =>
  typeof value === "string" ? value : JSON.stringify(value);
