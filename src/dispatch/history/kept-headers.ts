// The headers of a command that its event keeps for history (basic-history).

import { getKey, type JsonValue, putKey } from "../../base/json/json.ts";
import type { DittoHeaders } from "../../signals/signal.ts";

/**
 * The JSON text of the named headers (lower-case names) that a command has, `ditto-originator` among them; null when
 * it has none of them.
 */
export function headersToKeep(
  headers: DittoHeaders,
  originator: string | undefined,
  names: readonly string[],
): string | null {
  if (names.length === 0) return null;
  const kept: { [name: string]: JsonValue } = {};
  for (const name of names) {
    const value = name === "ditto-originator" ? originator : getKey(headers, name);
    if (value !== undefined) putKey(kept, name, value);
  }
  return Object.keys(kept).length > 0 ? JSON.stringify(kept) : null;
}
