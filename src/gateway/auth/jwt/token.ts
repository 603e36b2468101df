// A token as it arrives (RFC 7519 in the compact form of RFC 7515): looked at, but not believed yet.

import { isUtf8 } from "node:buffer";
import { TwinError } from "../../../base/errors.ts";
import { getKey, isObject, type JsonObject } from "../../../base/json/json.ts";
import { parseJson } from "../../../base/json/parse.ts";
import { jwtInvalid, tokenRefused } from "./errors.ts";

/** Far beyond the tokens of any issuer; they have to fit into a header. */
const MAX_TOKEN = 16_384;

export interface Token {
  /** Which key of its issuer is said to have signed it. */
  readonly keyId: string;
  readonly issuer: string;
  readonly claims: JsonObject;
}

/** Refuses with `jwt:invalid` (400) what is no token, or does not name its issuer and its key. */
export function readToken(text: string): Token {
  if (text.length > MAX_TOKEN) throw jwtInvalid(`It has more than ${MAX_TOKEN} characters.`);
  const [header, payload, signature, ...more] = text.split(".");
  if (!header || !payload || !signature || more.length > 0)
    throw jwtInvalid("It must have three parts: header, payload and signature.");
  const keyId = getKey(part(header, "header"), "kid");
  const claims = part(payload, "payload");
  const issuer = getKey(claims, "iss");
  if (typeof keyId !== "string") throw jwtInvalid("Its header must have the ID of a key as kid.");
  if (typeof issuer !== "string") throw jwtInvalid("Its payload must have an issuer as iss.");
  if (!decoded(signature)) throw tokenRefused("Its signature is not valid.");
  return { keyId, issuer, claims };
}

function part(encoded: string, name: string): JsonObject {
  const bytes = decoded(encoded);
  const value = bytes && isUtf8(bytes) ? jsonOf(bytes.toString()) : undefined;
  if (!isObject(value)) throw jwtInvalid(`Its ${name} must be a JSON object in Base64 for URLs.`);
  return value;
}

/** Strict, unlike Node and jose: no two texts stand for the same bytes, so that no two are the same token. */
function decoded(encoded: string): Buffer | undefined {
  const bytes = Buffer.from(encoded, "base64url");
  return bytes.toString("base64url") === encoded ? bytes : undefined;
}

function jsonOf(text: string) {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof TwinError) return undefined;
    throw error;
  }
}
