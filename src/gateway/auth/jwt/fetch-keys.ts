// Asking an issuer for its public keys (OpenID Connect Discovery 1.0).

import { getKey, isArray, isObject, type JsonObject, type JsonValue } from "../../../base/json/json.ts";
import { parseJson } from "../../../base/json/parse.ts";
import { keysUnavailable, providerUnavailable } from "./errors.ts";

/** Discovery documents and key sets have some kilobytes. */
const MAX_BODY = 262_144;

/**
 * The keys (RFC 7517) that the issuer at `address` has, both requests within `timeoutMs`. Redirects are not followed,
 * and keys that are asked for over https come over https. Rejects with 503 and what is behind it as the cause.
 */
export async function fetchKeys(
  protocol: "https" | "http",
  address: string,
  timeoutMs: number,
): Promise<readonly JsonValue[]> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const about = await getJson(`${protocol}://${address}/.well-known/openid-configuration`, signal);
    const set = await getJson(keysAddress(about, protocol), signal);
    const keys = getKey(set, "keys");
    if (!isArray(keys)) throw new Error("the key set has no list of keys");
    return keys;
  } catch (error) {
    const known = providerUnavailable.is(error) || signal.aborted;
    throw Object.assign(known ? providerUnavailable() : keysUnavailable(), { cause: error });
  }
}

function keysAddress(about: JsonObject, protocol: string): string {
  const address = getKey(about, "jwks_uri");
  const url = typeof address === "string" ? URL.parse(address) : null;
  const allowed = protocol === "https" ? ["https:"] : ["https:", "http:"];
  if (!url || !allowed.includes(url.protocol))
    throw new Error("the discovery document has no jwks_uri of use");
  return url.href;
}

async function getJson(url: string, signal: AbortSignal): Promise<JsonObject> {
  const response = await fetch(url, { signal, redirect: "manual", headers: { accept: "application/json" } });
  if (!response.ok) {
    await response.body?.cancel();
    throw Object.assign(providerUnavailable(), { cause: new Error(`${url} answered ${response.status}`) });
  }
  const value = parseJson(await boundedText(response));
  if (!isObject(value)) throw new Error(`${url} answered no JSON object`);
  return value;
}

async function boundedText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > MAX_BODY) throw new Error(`the answer has more than ${MAX_BODY} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
