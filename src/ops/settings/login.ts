// Who may log in with a password, or as whom a proxy says.

import { usersFile } from "../login-kinds.ts";
import { optional, setting } from "../setting.ts";
import { duration, flag, users, whole } from "../setting-kinds.ts";

export const loginSettings = {
  users: optional(
    "USERS",
    users,
    "Who may log in with HTTP Basic, as the subject nginx:{name}. A password may be a hash of bcrypt. Unset, and no " +
      "USERS_FILE: the quick-start user ditto with password ditto, on a loopback address without " +
      "ENABLE_PRE_AUTHENTICATION only.",
  ),
  usersFile: optional(
    "USERS_FILE",
    usersFile,
    "Further users, from a file as htpasswd -B writes it for nginx, with hashes of bcrypt. It is read at start.",
  ),
  wsBasicParameter: setting(
    "WS_BASIC_PARAMETER",
    flag,
    "false",
    "Whether a WebSocket may be opened with ?basic=name:password, percent-encoded. Proxies like to log URIs.",
  ),
  loginFailuresPerName: setting(
    "LOGIN_FAILURES_PER_NAME",
    whole(0),
    "10",
    "How many wrong passwords for one user may come from one address in LOGIN_FAILURES_WINDOW; beyond, 429. 0: any " +
      "number.",
  ),
  loginFailuresPerAddress: setting(
    "LOGIN_FAILURES_PER_ADDRESS",
    whole(0),
    "100",
    "How many wrong passwords may come from one address, whatever the user, in LOGIN_FAILURES_WINDOW; users who " +
      "logged in before go on. 0: any number.",
  ),
  loginFailuresWindow: setting(
    "LOGIN_FAILURES_WINDOW",
    duration,
    "5m",
    "From the first wrong password until it is forgotten.",
  ),
  trustedProxies: setting(
    "TRUSTED_PROXIES",
    whole(0, 10),
    "0",
    "How many proxies are in front of the server, of which each adds to X-Forwarded-For the address that asked it. Wrong " +
      "passwords are counted by the address so found; with 0 by that of the connection.",
  ),
  enablePreAuthentication: setting(
    ["ENABLE_PRE_AUTHENTICATION", "ENABLE_DUMMY_AUTH"],
    flag,
    "false",
    "Trusts the header x-ditto-pre-authenticated. Only for servers that nobody can reach but through a proxy which " +
      "sets or removes that header.",
    "ditto.gateway.authentication.pre-authentication.enabled",
  ),
} as const;
