// Tokens of OpenID Connect issuers (operating-authentication page): text in, who speaks out.

import { hash } from "node:crypto";
import { errors, type JWTVerifyResult, jwtVerify } from "jose";
import { TwinError } from "../../../base/errors.ts";
import { recent } from "../../../base/recent.ts";
import { issuerAddress, type OpenIdConnectIssuer } from "../../../ops/openid-connect-issuers.ts";
import type { AuthContext } from "../../../signals/signal.ts";
import type { VerifyToken } from "../verify-token.ts";
import { issuerNotSupported, tokenRefused } from "./errors.ts";
import { fetchKeys } from "./fetch-keys.ts";
import { IssuerKeys, type KeySet, type KeyTimes } from "./issuer-keys.ts";
import { type ContextOf, contextsOf } from "./subjects.ts";
import { readToken } from "./token.ts";

export interface TokenSettings {
  readonly issuers: readonly OpenIdConnectIssuer[];
  readonly protocol: "https" | "http";
  /** Milliseconds. */
  readonly allowedClockSkew: number;
}

/** Times in milliseconds. */
export interface AskingTimes extends KeyTimes {
  /** How long an issuer may take to give its keys. */
  readonly giveUpMs: number;
}

/** What an operator may want to know: an issuer did not give its keys. `error` is the refusal, with its cause. */
export interface KeysObservation {
  readonly what: "the keys of an issuer are not available";
  readonly issuer: string;
  readonly error: unknown;
}

/** The signatures that Ditto takes. None of them can be made with what is public: no `none` and no HMAC. */
const algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];
const times: AskingTimes = { refreshMs: 600_000, keepMs: 3_600_000, restMs: 5_000, giveUpMs: 5_000 };
/** Characters of the tokens that are remembered; their claims take a few times as much. */
const REMEMBERED = 8_388_608;
/** What a date of JavaScript can hold. */
const END_OF_TIME = 8.64e15;

interface Issuer {
  readonly keys: IssuerKeys;
  readonly contextOf: ContextOf;
}

interface Known {
  readonly auth: AuthContext;
  readonly expiresAt: number;
  readonly issuer: Issuer;
  readonly provenBy: KeySet;
}

/**
 * Makes the verifier for one block of settings. Issuers are asked for their keys when the first of their tokens comes.
 * A token that was verified is known, and answered at once with the same object, until it expires or its issuer's keys
 * change or are due again; all others give a promise, which rejects where they are refused.
 */
export function tokenVerifier(
  settings: TokenSettings,
  observe: (fact: KeysObservation) => void,
  keyTimes = times,
): VerifyToken {
  const issuers = issuersOf(settings, observe, keyTimes);
  const known = recent<Known>(REMEMBERED);

  async function verified(text: string, key: string): Promise<AuthContext> {
    const token = readToken(text);
    const issuer = issuers.get(token.issuer);
    if (!issuer) throw issuerNotSupported(token.issuer);
    const provenBy = await issuer.keys.having(token.keyId);
    const expiresAt = await proven(text, provenBy, settings.allowedClockSkew);
    const auth = issuer.contextOf(token.claims, expiresAt);
    known.put(key, { auth, expiresAt, issuer, provenBy }, text.length);
    return auth;
  }

  return (text) => {
    const key = hash("sha256", text, "base64");
    const found = known.get(key);
    return found && found.expiresAt > Date.now() && found.provenBy === found.issuer.keys.current()
      ? found.auth
      : verified(text, key);
  };
}

/** By the values that the claim `iss` may have: as configured, and the same after the protocol. */
function issuersOf(
  { issuers, protocol }: TokenSettings,
  observe: (fact: KeysObservation) => void,
  keyTimes: AskingTimes,
): ReadonlyMap<string, Issuer> {
  return new Map(
    issuers.flatMap((configured) => {
      const contextOf = contextsOf(configured);
      return configured.issuers.flatMap((name) => {
        const ask = () =>
          fetchKeys(protocol, issuerAddress(name), keyTimes.giveUpMs).catch((error: unknown) => {
            observe({ what: "the keys of an issuer are not available", issuer: name, error });
            throw error;
          });
        const issuer = { keys: new IssuerKeys(ask, keyTimes), contextOf };
        return [[name, issuer] as const, [`${protocol}://${name}`, issuer] as const];
      });
    }),
  );
}

/** When a token expires, in milliseconds since the epoch, if a key of the set signed it and its time is now; else throws 401. */
async function proven(text: string, { find }: KeySet, allowedClockSkew: number): Promise<number> {
  try {
    const { payload, protectedHeader }: JWTVerifyResult = await jwtVerify(text, find, {
      algorithms,
      clockTolerance: allowedClockSkew / 1000,
      requiredClaims: ["exp"],
    });
    if (protectedHeader.crit !== undefined)
      throw tokenRefused("Its header has extensions that do not count here.");
    return Math.min(Number(payload.exp) * 1000, END_OF_TIME);
  } catch (error) {
    // Not all that a bad key or signature causes is an error of jose; whatever it is, nothing is proven.
    throw error instanceof TwinError ? error : tokenRefused(reasonOf(error));
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return "It has expired.";
  if (error instanceof errors.JWTClaimValidationFailed)
    return `Its claim ${error.claim} is missing, of the wrong kind, or not fulfilled.`;
  if (error instanceof errors.JWKSNoMatchingKey) return "Its issuer has no such key.";
  if (error instanceof errors.JOSEAlgNotAllowed) return "It is signed in a way that is not accepted.";
  return "Its signature is not valid.";
}
