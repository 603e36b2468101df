// What the metadata headers of a command add to the change it makes (basic-metadata page).

import { getKey, isObject } from "../base/json/json.ts";
import type { Change, Command, EntityState } from "../signals/signal.ts";
import { decideMetadata } from "../things/metadata/decide.ts";
import { parseMetadataHeaders } from "../things/metadata/headers.ts";

/** A change together with what it does to metadata. */
export type Annotate = (state: EntityState | undefined, change: Change, maxSize: number) => Change;

const asItIs: Annotate = (_state, change) => change;

/** How a command annotates its change; refuses headers that contradict one another. Policies have no metadata. */
export function annotationOf({ kind, id, path, value, headers: given }: Command): Annotate {
  if (kind !== "thing") return asItIs;
  const headers = parseMetadataHeaders(given);
  const inline = path.length === 0 && isObject(value) ? getKey(value, "_metadata") : undefined;
  if (headers === undefined && inline === undefined) return asItIs;
  return (state, change, maxSize) => {
    const before = { thing: state?.value, metadata: state?.value && state.metadata };
    const metadata = decideMetadata({ id, change, headers, inline, maxSize, ...before });
    return metadata === undefined ? change : { ...change, metadata };
  };
}
