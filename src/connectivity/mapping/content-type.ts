// What a content type says of a payload.

import { TextDecoder } from "node:util";

export const DITTO_PROTOCOL = "application/vnd.eclipse.ditto+json";
const MERGE_PATCH = "application/merge-patch+json";

/** The type alone, without parameters, in lower case. */
export const mediaTypeOf = (contentType: string): string => contentType.toLowerCase().split(";")[0] as string;

/** How payloads of a content type are taken; as Ditto does, merge patches count as bytes. */
export function payloadKindOf(contentType: string): "text" | "json" | "bytes" {
  const media = mediaTypeOf(contentType);
  if (/^(?:text\/.*|application\/(?:.+\+)?(?:java|ecma)script)$/.test(media)) return "text";
  return /^application\/(?:.+\+)?json$/.test(media) && media !== MERGE_PATCH ? "json" : "bytes";
}

/** Decodes bytes by the charset of a content type; one that nobody knows is UTF-8. */
export function decodeBy(contentType: string | undefined, bytes: Uint8Array): string {
  const [, charset] = /;.?charset=(.+)$/s.exec(contentType ?? "") ?? [];
  return decoderOf(charset ?? "utf-8").decode(bytes);
}

function decoderOf(charset: string): TextDecoder {
  try {
    return new TextDecoder(charset, { ignoreBOM: true });
  } catch {
    return new TextDecoder(); // a charset that nobody knows
  }
}
