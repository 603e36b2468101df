// What a connection that pushes over HTTP must look like.

import { connectionInvalid, connectionUriInvalid } from "../../errors.ts";
import type { Connection, OAuthClientCredentials, OAuthPassword } from "../../model.ts";
import { partsOf } from "../../uri.ts";
import { METHODS, readAddress } from "./address.ts";
import type { HttpPushSettings } from "./settings.ts";
import { signingOf } from "./signing/signing.ts";
import { configOf } from "./specific-config.ts";

/** Scopes between single blanks (RFC 6749, 3.3). */
const SCOPES = /^[!#-[\]-~]+(?: [!#-[\]-~]+)*$/;

/** Refuses what cannot be, naming the field. */
export function validateHttpPush(connection: Connection, settings: HttpPushSettings): void {
  const { scheme } = partsOf(connection.uri);
  if (scheme !== "http" && scheme !== "https")
    throw connectionUriInvalid("/uri", "Its scheme must be http or https.");
  if (scheme === "http" && connection.ca !== undefined)
    throw connectionUriInvalid("/uri", "Trusted certificates need the scheme https.");
  if (connection.sources.length > 0)
    throw connectionInvalid("/sources/0", "Connections of type http-push have targets only, no sources.");
  for (const [i, { address }] of connection.targets.entries()) checkAddress(address, `/targets/${i}/address`);
  checkCredentials(connection, settings);
  configOf(connection, settings);
}

function checkAddress(address: string, field: string): void {
  if (!readAddress(address))
    throw connectionInvalid(field, `It must have the form METHOD:/path, with one of ${METHODS.join(", ")}.`);
}

function checkCredentials({ credentials, uri }: Connection, { enforceHttps }: HttpPushSettings): void {
  switch (credentials?.type) {
    case "hmac":
      if (partsOf(uri).userName !== undefined)
        throw connectionInvalid("/credentials", "Signed requests exclude a user in the URI.");
      signingOf(credentials);
      return;
    case "oauth-client-credentials":
    case "oauth-password":
      checkOAuth(credentials, enforceHttps);
      return;
    default:
  }
}

function checkOAuth(
  { tokenEndpoint, requestedScopes }: OAuthClientCredentials | OAuthPassword,
  enforceHttps: boolean,
): void {
  const field = "/credentials/tokenEndpoint";
  const protocol = URL.canParse(tokenEndpoint) ? new URL(tokenEndpoint).protocol : "";
  if (protocol !== "https:" && protocol !== "http:")
    throw connectionInvalid(field, "It must be a URL of https.");
  if (enforceHttps && protocol !== "https:")
    throw connectionInvalid(field, "It must have the scheme https, since secrets are sent to it.");
  if (!SCOPES.test(requestedScopes))
    throw connectionInvalid("/credentials/requestedScopes", "It must be scopes between single blanks.");
}
