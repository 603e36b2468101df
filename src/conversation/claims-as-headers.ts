// Headers that the operator wants to have from the claims of a token (operating-authentication page).

import { type JsonValue, putKey } from "../base/json/json.ts";
import { goesAlong, headersTooLarge, knownHeaders, parseTextHeader } from "../protocol/headers.ts";
import type { AuthContext, DittoHeaders } from "../signals/signal.ts";

// A body is of the type that its sender says.
const known: ReadonlySet<string> = new Set(knownHeaders.filter((name) => name !== "content-type"));

/**
 * The headers of a request or message with those made of the claims of its sender's token, which count before those that
 * he sends. Refuses claims that make more than `maxLength` characters of headers.
 */
export function withClaims(headers: DittoHeaders, { token }: AuthContext, maxLength: number): DittoHeaders {
  const told = token?.headers;
  if (!told) return headers;
  const result: { [name: string]: JsonValue } = { ...headers };
  let length = 0;
  for (const name of Object.keys(told)) {
    if (!known.has(name) && !goesAlong(name)) continue;
    const text = told[name] as string;
    length += name.length + text.length;
    if (length > maxLength)
      throw headersTooLarge(`Those made of claims are longer than the ${maxLength} characters allowed.`);
    putKey(result, name, parseTextHeader(name, text));
  }
  return result;
}
