// The options of mapping definitions: whatever JSON they are, most are read as text.

import { getKey, isObject, type JsonObject } from "../../base/json/json.ts";
import { jsonText } from "../../base/placeholders/json-text.ts";

/** The text of an option; of what is no text, its JSON. */
export function textOption(options: JsonObject, name: string): string | undefined {
  const value = getKey(options, name);
  return value === undefined ? undefined : jsonText(value);
}

/** Whether an option says `true`, as a boolean or a text. */
export const flagOption = (options: JsonObject, name: string, fallback: boolean): boolean =>
  (textOption(options, name) ?? String(fallback)).toLowerCase() === "true";

export function objectOption(options: JsonObject, name: string): JsonObject | undefined {
  const value = getKey(options, name);
  return isObject(value) ? value : undefined;
}

/** What Eclipse Hono says of its devices is nothing that a device says. */
const HONO_NOTIFICATIONS = [
  "application/vnd.eclipse-hono-empty-notification",
  "application/vnd.eclipse-hono-device-provisioning-notification",
  "application/vnd.eclipse-hono-dc-notification+json",
  "application/vnd.eclipse-hono-delivery-failure-notification+json",
].join(",");

/** The content types that a mapper passes over, by the option `content-type-blocklist`. */
export const blockedTypes = (options: JsonObject, fallback: "none" | "hono" = "none"): ReadonlySet<string> =>
  new Set(
    (textOption(options, "content-type-blocklist") ?? (fallback === "hono" ? HONO_NOTIFICATIONS : ""))
      .split(",")
      .map((type) => type.trim().toLowerCase())
      .filter((type) => type !== ""),
  );
