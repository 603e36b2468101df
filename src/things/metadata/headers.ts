// What the metadata headers of a request ask for together.

import type { Path } from "../../base/json/pointer.ts";
import { type MetadataPut, readMetadataKeys, readMetadataPuts } from "../../base/metadata-headers.ts";
import type { DittoHeaders } from "../../signals/signal.ts";
import { metadataHeadersConflict } from "./errors.ts";

export type MetadataHeader = "put-metadata" | "get-metadata" | "delete-metadata";

export interface MetadataHeaders {
  readonly put: readonly MetadataPut[];
  readonly get: readonly Path[];
  readonly delete: readonly Path[];
}

/**
 * Reads the metadata headers of a request; `undefined` when it asks for nothing. Refuses a malformed one with
 * `header.invalid` (`json.pointer.invalid` for a key with an empty level), and more than one with
 * `things:metadata.headersconflict` (basic-metadata page).
 */
export function parseMetadataHeaders(headers: DittoHeaders): MetadataHeaders | undefined {
  const { "put-metadata": put, "get-metadata": get, "delete-metadata": remove } = headers;
  if (put === undefined && get === undefined && remove === undefined) return undefined;
  const parsed = {
    put: put === undefined ? [] : readMetadataPuts(put),
    get: get === undefined ? [] : readMetadataKeys("get-metadata", get),
    delete: remove === undefined ? [] : readMetadataKeys("delete-metadata", remove),
  };
  const given = [parsed.put, parsed.get, parsed.delete].filter((list) => list.length > 0);
  if (given.length > 1) throw metadataHeadersConflict();
  return given.length === 0 ? undefined : parsed;
}
