// A verifier with one issuer on loopback, and what it says of tokens.

import { TwinError } from "../../../../src/base/errors.ts";
import {
  type AskingTimes,
  type KeysObservation,
  tokenVerifier,
} from "../../../../src/gateway/auth/jwt/verifier.ts";
import type { VerifyToken } from "../../../../src/gateway/auth/verify-token.ts";
import { openIdConnectIssuers } from "../../../../src/ops/openid-connect-issuers.ts";
import type { AuthContext } from "../../../../src/signals/signal.ts";
import type { LoopbackIssuer } from "../../../support/loopback-issuer.ts";

export const usualTimes: AskingTimes = {
  refreshMs: 60_000,
  keepMs: 120_000,
  restMs: 60_000,
  giveUpMs: 5_000,
};

export interface Verifying {
  readonly verify: VerifyToken;
  /** The context of a token that must be accepted. */
  readonly accepted: (token: string) => Promise<AuthContext>;
  /** `{status} {code}` of the refusal of a token that must not be. */
  readonly refused: (token: string) => Promise<string>;
  readonly observed: KeysObservation[];
}

/** Trusts the issuer for the prefix `test`, with further members of its configuration. */
export function verifying(
  issuer: LoopbackIssuer,
  more: object = {},
  times: Partial<AskingTimes> = {},
  allowedClockSkew = 10_000,
): Verifying {
  const observed: KeysObservation[] = [];
  const issuers = openIdConnectIssuers.parse(JSON.stringify({ test: { issuer: issuer.address, ...more } }));
  const verify = tokenVerifier(
    { issuers, protocol: "http", allowedClockSkew },
    (fact) => observed.push(fact),
    { ...usualTimes, ...times },
  );
  return {
    verify,
    observed,
    accepted: async (token) => verify(token),
    refused: async (token) => {
      try {
        return `accepted for ${(await verify(token)).subjects}`;
      } catch (error) {
        if (error instanceof TwinError) return `${error.status} ${error.code}`;
        throw error;
      }
    },
  };
}
