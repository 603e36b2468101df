import { defineError } from "../../base/errors.ts";

export const authenticationFailed = defineError("gateway:authentication.failed", 401, () => ({
  message: "The request could not be authenticated.",
  description: "Send the credentials of a known user.",
}));

export const jwtInvalid = defineError("jwt:invalid", 400, () => ({
  message: "The token is not a valid JSON Web Token.",
  description: "Send a token of a configured OpenID Connect issuer; none is configured on this server.",
}));
