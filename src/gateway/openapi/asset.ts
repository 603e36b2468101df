// A file that is served as it is, made ready once for all who ask.

import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { acceptsGzip, varies } from "../http/gzip.ts";

const compress = promisify(gzip);

export interface Asset {
  readonly type: string;
  readonly body: Uint8Array<ArrayBuffer>;
  /** The same, compressed; absent where it would not be shorter. */
  readonly zipped: Uint8Array<ArrayBuffer> | undefined;
  /** Weak, since it stands for both. */
  readonly etag: string;
}

export async function makeAsset(type: string, body: Uint8Array<ArrayBuffer>): Promise<Asset> {
  const zipped = await compress(body);
  const digest = createHash("sha256").update(body).digest("base64url");
  return { type, body, zipped: zipped.length < body.length ? zipped : undefined, etag: `W/"${digest}"` };
}

/**
 * Keeps what `load` gives for a name. What there is none of is not kept, so the names may come from anybody; of a
 * name that is asked for by many at once the file is made ready once.
 */
export function keepAssets(
  load: (name: string) => Promise<Asset | undefined>,
): (name: string) => Promise<Asset | undefined> {
  const kept = new Map<string, Promise<Asset | undefined>>();
  return (name) => {
    const known = kept.get(name);
    if (known !== undefined) return known;
    const loaded = load(name).then((asset) => {
      if (!asset) kept.delete(name);
      return asset;
    });
    loaded.catch(() => kept.delete(name));
    kept.set(name, loaded);
    return loaded;
  };
}

/** What the answer depends on, of the headers of a request. */
export interface Known {
  readonly ifNoneMatch: string | undefined;
  readonly acceptEncoding: string | undefined;
}

/** The answer with an asset, which a cache may keep, but asks about each time; 304 when the caller has it. */
export function assetAnswer(
  { type, body, zipped, etag }: Asset,
  known: Known,
  more: Readonly<Record<string, string>>,
): Response {
  const headers: Record<string, string> = { etag, "cache-control": "no-cache", ...more };
  if (zipped) headers.vary = varies.vary;
  if (hasTag(known.ifNoneMatch, etag)) return new Response(null, { status: 304, headers });
  headers["content-type"] = type;
  if (!zipped || !acceptsGzip(known.acceptEncoding)) return new Response(body, { headers });
  return new Response(zipped, { headers: { ...headers, "content-encoding": "gzip" } });
}

const hasTag = (list: string | undefined, etag: string): boolean =>
  (list ?? "").split(",").some((tag) => tag.trim() === "*" || opaque(tag.trim()) === opaque(etag));

const opaque = (tag: string): string => tag.replace(/^W\//, "");
