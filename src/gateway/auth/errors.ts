import { defineError } from "../../base/errors.ts";
import { TooManyRequests } from "../../base/too-many-requests.ts";

export const authenticationFailed = defineError("gateway:authentication.failed", 401, () => ({
  message: "The request could not be authenticated.",
  description: "Send the credentials of a known user.",
}));

export const severalCredentials = defineError("gateway:authentication.failed", 401, () => ({
  message: "The request could not be authenticated, since it brings more than one credential.",
  description: "Send it either in the header 'Authorization' or as a query parameter, and only once.",
}));

export const notAnOperator = defineError("gateway:authentication.failed", 401, () => ({
  message: "The token is valid, but none of its subjects may see this resource.",
  description: "Its subjects have to be among those that the operator of this server has named.",
}));

export const tokenMissing = defineError("gateway:authentication.failed", 401, () => ({
  message: "The request brings no token.",
  description: "Send a JSON Web Token in the header 'Authorization', after 'Bearer '.",
}));

export const loginUnavailable = defineError("gateway:authentication.provider.unavailable", 503, () => ({
  message: "The password could not be checked at the moment.",
  description: "Too many others are being checked. Try again in a moment.",
}));

/** The refusal of a login after too many failed ones; tells for how many seconds. */
export class TooManyFailures extends TooManyRequests {
  constructor(retryAfter: number) {
    super(retryAfter, {
      message: "Too many logins with wrong passwords came from this address.",
      description: `Try again in ${retryAfter} seconds.`,
    });
  }
}
