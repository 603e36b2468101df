// Who may see what is asked about the server itself.

import { password, subjects } from "../login-kinds.ts";
import { openIdConnectIssuers } from "../openid-connect-issuers.ts";
import { optional, setting } from "../setting.ts";
import { flag, keeping, oneOf } from "../setting-kinds.ts";

export const operatorSettings = {
  devopsSecured: setting(
    "DEVOPS_SECURED",
    flag,
    "true",
    "Whether /overall/status, /devops and /api/2/connections, with the passwords of all brokers in clear, are for operators only, " +
      "who prove it as the next settings say; false opens them to everybody who reaches the server, and all of /api/2/predictors to " +
      "whoever brings no credentials.",
    "ditto.gateway.authentication.devops.secured",
  ),
  devopsAuthenticationMethod: setting(
    "DEVOPS_AUTHENTICATION_METHOD",
    oneOf(["basic", "oauth2"]),
    "basic",
    "How operators log in to /devops and /api/2/connections: as the user devops with a password, or with a JSON Web Token of one of the " +
      "issuers for operators.",
    "ditto.gateway.authentication.devops.devops-authentication-method",
  ),
  devopsPassword: optional(
    "DEVOPS_PASSWORD",
    password,
    "Password of the user devops; unset: nobody has it. Unlike Ditto's, it has no default.",
    "ditto.gateway.authentication.devops.password",
  ),
  devopsOauth2Subjects: optional(
    "DEVOPS_OAUTH2_SUBJECTS",
    subjects,
    "The subjects whose tokens open /devops and /api/2/connections; unset: all that an issuer for operators gives a token.",
    "ditto.gateway.authentication.devops.devops-oauth2-subjects",
  ),
  devopsStatusSecured: setting(
    "DEVOPS_STATUS_SECURED",
    flag,
    "true",
    "Whether /overall/status is for operators only; DEVOPS_SECURED must be true as well.",
    "ditto.gateway.authentication.devops.status-secured",
  ),
  statusAuthenticationMethod: setting(
    "STATUS_AUTHENTICATION_METHOD",
    oneOf(["basic", "oauth2"]),
    "basic",
    "How operators log in to /overall/status.",
    "ditto.gateway.authentication.devops.status-authentication-method",
  ),
  statusPassword: optional(
    "STATUS_PASSWORD",
    password,
    "Another password of the user devops, for /overall/status only. Unlike Ditto's, it has no default.",
    "ditto.gateway.authentication.devops.statusPassword",
  ),
  statusOauth2Subjects: optional(
    "STATUS_OAUTH2_SUBJECTS",
    subjects,
    "The subjects whose tokens open /overall/status; unset: all that an issuer for operators gives a token.",
    "ditto.gateway.authentication.devops.status-oauth2-subjects",
  ),
  devopsOpenIdConnectIssuers: setting(
    "DEVOPS_OPENID_CONNECT_ISSUERS",
    openIdConnectIssuers,
    "{}",
    "The same as OPENID_CONNECT_ISSUERS, for /overall/status and /devops; who of them may is said by " +
      "DEVOPS_OAUTH2_SUBJECTS and STATUS_OAUTH2_SUBJECTS.",
    "ditto.gateway.authentication.devops.oauth.openid-connect-issuers",
  ),
  devopsOauthProtocol: setting(
    "DEVOPS_OAUTH2_PROTOCOL",
    oneOf(["https", "http"]),
    "https",
    "As OAUTH_PROTOCOL, for DEVOPS_OPENID_CONNECT_ISSUERS.",
    "ditto.gateway.authentication.devops.oauth.protocol",
  ),
  devopsOauthAllowedClockSkew: setting(
    "DEVOPS_OAUTH2_ALLOWED_CLOCK_SKEW",
    keeping,
    "10s",
    "As OAUTH_ALLOWED_CLOCK_SKEW, for DEVOPS_OPENID_CONNECT_ISSUERS.",
    "ditto.gateway.authentication.devops.oauth.allowed-clock-skew",
  ),
} as const;
