// Settings of connections: limits, hosts, and the encryption of secrets.

import { differs, post, type Row, row } from "../../row.ts";
import { misconfigured, taken, takesFrom } from "./refusing.ts";
import { all, make, operator, pushes, pushesTo, read, target } from "./scene.ts";

/** The settings that {@link connectionSettingRows} tell of. */
export const limitedConnections = {
  DEVOPS_PASSWORD: "operators",
  CONNECTION_SOURCE_NUMBER: "0",
  CONNECTION_TARGET_NUMBER: "5",
  CONNECTIVITY_MESSAGE_MAPPING_MAX_TARGET_MAPPERS: "1",
  CONNECTIVITY_CONNECTION_BLOCKED_HOSTNAMES: "blocked.example",
  CONNECTIVITY_CONNECTION_BLOCKED_SUBNETS: "203.0.113.0/24",
  CONNECTIVITY_CONNECTION_ALLOWED_HOSTNAMES: "127.0.0.1",
  CONNECTIVITY_CONNECTION_ENCRYPTION_ENABLED: "true",
  CONNECTIVITY_CONNECTION_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString("base64url"),
};

const order = (name: string, more: object = {}) =>
  post(
    "/devops/piggyback/connectivity",
    {
      headers: { aggregate: false },
      piggybackCommand: { type: `connectivity.commands:${name}`, ...more },
    },
    operator,
  );
const secret = "http://user:secret@127.0.0.1:1";

export const connectionSettingRows: readonly Row[] = [
  row(
    "CONNECTION_SOURCE_NUMBER, CONNECTION_TARGET_NUMBER",
    "are how many sources and targets a connection may have",
    misconfigured(takesFrom("mqtt-5", { qos: 1 })(), "/sources"),
    misconfigured(pushes({ targets: Array(6).fill(target) }), "/targets"),
    taken(pushes({ targets: Array(5).fill(target) })),
  ),
  row(
    "CONNECTIVITY_MESSAGE_MAPPING_MAX_TARGET_MAPPERS",
    "is how many mappers a target may have",
    misconfigured(pushesTo({ payloadMapping: ["Ditto", "Normalized"] }), "/targets/0/payloadMapping"),
    taken(pushesTo({ payloadMapping: ["Ditto"] })),
  ),
  row(
    "CONNECTIVITY_CONNECTION_BLOCKED_HOSTNAMES, …_BLOCKED_SUBNETS, …_ALLOWED_HOSTNAMES",
    "are where connections must not lead to, internal addresses included, unless they are allowed",
    ...[
      "http://blocked.example:80",
      "http://203.0.113.7:80",
      "http://127.0.0.2:80",
      "http://10.0.0.1:80",
    ].map((uri) => misconfigured(pushes({ uri }), "/uri")),
    misconfigured(
      pushes({
        credentials: {
          ...{ type: "oauth-client-credentials", tokenEndpoint: "https://203.0.113.7/token" },
          ...{ clientId: "a", clientSecret: "b", requestedScopes: "c" },
        },
      }),
      "/credentials/tokenEndpoint",
    ),
    taken(pushes()),
  ),
  row(
    "CONNECTIVITY_CONNECTION_ENCRYPTION_ENABLED, …_ENCRYPTION_KEY",
    "encrypt secrets in the database; operators are told them in clear",
    make(pushes({ uri: secret })).gives(201, { has: { uri: secret } }),
    read(`${all}?fields=uri`).gives(200, { text: /"http:\/\/user:secret@127.0.0.1:1"/ }),
  ),
  differs(
    row(
      "connectivity.commands:migrateEncryptionAbort",
      "fails without an error of its own where nothing runs",
      order("migrateEncryption", { dryRun: "yes" }).gives(200, {
        has: { status: 400, error: "json.invalid" },
      }),
      order("migrateEncryptionAbort").gives(200, {
        has: { status: 400, error: "connectivity:command.invalid" },
      }),
    ),
    "is refused with connectivity:command.invalid then",
  ),
  row(
    "connectivity.commands:migrateEncryption, connectivity.commands:migrateEncryptionStatus",
    "begin to encrypt anew what is stored, and tell how far that is",
    order("migrateEncryption", { dryRun: true }).gives(200, {
      has: {
        ...{ type: "connectivity.responses:migrateEncryption", status: 202 },
        phase: "started",
        dryRun: true,
      },
    }),
    order("migrateEncryptionStatus").gives(200, {
      has: { type: "connectivity.responses:migrateEncryptionStatus", status: 200, dryRun: true },
    }),
  ),
];
