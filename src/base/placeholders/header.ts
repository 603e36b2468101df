// `header:<name>`: the headers of a request.

import type { JsonValue } from "../json/json.ts";
import type { Values } from "./element.ts";
import { jsonText } from "./json-text.ts";

const PREFIX = "header:";

/** Whether a placeholder is one of the headers. */
export const isHeaderPlaceholder = (name: string): boolean => name.startsWith(PREFIX);

/** The values of placeholders `header:…` by headers under lower-case names; what is no string is its JSON. */
export const headerPlaceholder =
  (headers: Readonly<Record<string, JsonValue | undefined>>): Values =>
  (name) => {
    const key = name.slice(PREFIX.length).toLowerCase();
    const value = isHeaderPlaceholder(name) && Object.hasOwn(headers, key) ? headers[key] : undefined;
    return value === undefined ? [] : [jsonText(value)];
  };
