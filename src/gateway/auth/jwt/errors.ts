// How tokens are refused (operating-authentication page).

import { defineError } from "../../../base/errors.ts";

/** The text is no token that could be looked at any further. */
export const jwtInvalid = defineError("jwt:invalid", 400, (why: string) => ({
  message: "The token is not a valid JSON Web Token.",
  description: why,
}));

/** The token proves nothing: forged, out of its time, or signed with a key or in a way that does not count. */
export const tokenRefused = defineError("gateway:authentication.failed", 401, (why: string) => ({
  message: "The token could not be verified.",
  description: why,
}));

export const issuerNotSupported = defineError("gateway:jwt.issuer.notsupported", 401, (issuer: string) => ({
  message: `Tokens of the issuer '${issuer.slice(0, 200)}' are not accepted.`,
  description: "Send a token of an issuer that this server is configured for.",
}));

export const conditionFailed = defineError("gateway:jwt.condition.failed", 401, () => ({
  message: "The token does not meet a condition of this server.",
  description: "Send a token with the claims that this server asks for.",
}));

/** The issuer could not be reached, or what it answered makes no sense. */
export const keysUnavailable = defineError("gateway:publickey.provider.unavailable", 503, () => ({
  message: "The public keys of the token's issuer are not available.",
  description: "Try again later.",
}));

/** The issuer answered with an error, or not in time. */
export const providerUnavailable = defineError("gateway:authentication.provider.unavailable", 503, () => ({
  message: "The token's issuer is not available.",
  description: "Try again later.",
}));
