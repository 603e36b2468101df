// Whose tokens log in, and what is made of them.

import { openIdConnectIssuers } from "../openid-connect-issuers.ts";
import { setting } from "../setting.ts";
import { keeping, oneOf } from "../setting-kinds.ts";
import { tokenIntegrationSubject } from "../token-integration.ts";

export const tokenSettings = {
  openIdConnectIssuers: setting(
    "OPENID_CONNECT_ISSUERS",
    openIdConnectIssuers,
    "{}",
    "Whose tokens (JWT) log in: JSON of the form of Ditto's openid-connect-issuers. Each prefix of subjects has issuer " +
      "or issuers (without https://), auth-subjects (unset: {{jwt:sub}}; a text without " +
      "placeholders is a subject of every token), inject-claims-into-headers and prerequisite-conditions. Unlike Ditto's, it trusts nobody by default, not even accounts.google.com.",
    "ditto.gateway.authentication.oauth.openid-connect-issuers",
  ),
  oauthProtocol: setting(
    "OAUTH_PROTOCOL",
    oneOf(["https", "http"]),
    "https",
    "How the issuers are asked for their keys. With http, whoever is between can log in as anybody: loopback only.",
    "ditto.gateway.authentication.oauth.protocol",
  ),
  oauthAllowedClockSkew: setting(
    "OAUTH_ALLOWED_CLOCK_SKEW",
    keeping,
    "10s",
    "How far the clocks of the issuers may differ from ours, where a token says when it begins and ends.",
    "ditto.gateway.authentication.oauth.allowed-clock-skew",
  ),
  tokenIntegrationSubject: setting(
    "OAUTH_TOKEN_INTEGRATION_SUBJECT",
    tokenIntegrationSubject,
    "integration:{{policy-entry:label}}:{{jwt:aud}}",
    "The subject that the action activateTokenIntegration puts into policies: a text with the placeholders jwt:…, " +
      "header:… and policy-entry:label. Several values make several subjects.",
    "ditto.gateway.authentication.oauth.token-integration-subject",
  ),
} as const;
