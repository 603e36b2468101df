// The secrets within the JSON of a connection: where they are, and how each is replaced.

import { isObject, type JsonObject } from "../../base/json/json.ts";
import { getAt, setAt } from "../../base/json/pointer.ts";
import { keysOf } from "../fields.ts";

/** What stands before an encrypted text. */
const PREFIX = "encrypted_";
const URI_PASSWORD = /^([a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^:@/?#]*:)([^@/?#]*)(@.*)$/s;

type Replace = (secret: string, pointer: string) => string;

/** The JSON with every secret at the pointers replaced. */
export const replaceSecrets = (json: JsonObject, pointers: readonly string[], replace: Replace): JsonObject =>
  pointers.reduce((result, pointer) => {
    const path = keysOf(pointer);
    const value = getAt(result, path);
    const replaced = typeof value === "string" ? replaceSecret(value, pointer, replace) : value;
    if (replaced === value || replaced === undefined) return result;
    const next = setAt(result, path, replaced);
    return isObject(next) ? next : result;
  }, json);

/** Of a URI the password is the secret, and a URI without one holds none; elsewhere the whole text is. Ditto also encrypts only the password of other secrets that look like URIs, and so leaves some in clear. */
function replaceSecret(text: string, pointer: string, replace: Replace): string {
  if (!pointer.endsWith("/uri")) return replace(text, pointer);
  const [, start, password, end] = URI_PASSWORD.exec(text) ?? [];
  if (start === undefined || password === undefined || password === "") return text;
  return start + replace(password, pointer) + end;
}

export const isEncrypted = (text: string): boolean => text.startsWith(PREFIX);
export const markEncrypted = (text: string): string => PREFIX + text;
export const unmarked = (text: string): string => text.slice(PREFIX.length);
