// Entity tags (basic-conditional-requests page): the revision for a whole entity, a hash of the value for a part.

import type { JsonValue } from "../base/json/json.ts";
import type { Resource } from "../signals/resource.ts";
import type { EntityState } from "../signals/signal.ts";

/** The tag of a resource in a state, or `undefined` where it has none, as most have none while they are absent. */
export function etagOf(resource: Resource, state: EntityState | undefined, value: JsonValue | undefined) {
  const tagged = value ?? resource.absentTag;
  if (tagged === undefined || !state || resource.etag === "none") return undefined;
  return resource.etag === "revision" ? `"rev:${state.revision}"` : hashTag(tagged);
}

/** The tag of a value. Equal values printed alike have equal tags. */
export const hashTag = (value: JsonValue): string => `"hash:${hash(JSON.stringify(value))}"`;

/** Two multiplicative hashes side by side, 64 bits in hexadecimal; it guards against change, not against malice. */
function hash(text: string): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a ^= Math.imul(b ^ (b >>> 15), 3266489909);
  b ^= Math.imul(a ^ (a >>> 15), 2246822507);
  return hexOf(a >>> 0) + hexOf(b >>> 0).padStart(8, "0");
}

/** Numbers of at most 16 bits become text much quicker than those of 32. */
function hexOf(word: number): string {
  const high = word >>> 16;
  const low = (word & 0xffff).toString(16);
  return high === 0 ? low : high.toString(16) + low.padStart(4, "0");
}
