// Where connections may lead to, and how they prove themselves there.

import { expect, test } from "vitest";
import type { JsonObject } from "../../../src/base/json/json.ts";
import { hmac, http, INVALID, keys, oauth, refusal, tunnel, URI } from "./judging.ts";

test.each<[what: string, fields: JsonObject, code: string, field: string]>([
  ["that trusts nonsense", { uri: "ssl://host:1", ca: "nonsense" }, INVALID, "/ca"],
  [
    "that trusts half a certificate",
    { uri: "ssl://host:1", ca: "-----BEGIN CERTIFICATE-----\nxx\n-----END CERTIFICATE-----" },
    INVALID,
    "/ca",
  ],
  [
    "with a client certificate that is none",
    { uri: "ssl://host:1", credentials: { type: "client-cert", cert: "x" } },
    INVALID,
    "/credentials/cert",
  ],
  [
    "with a client key that is none",
    { uri: "ssl://host:1", credentials: { type: "client-cert", key: "x" } },
    INVALID,
    "/credentials/key",
  ],
  ["of a scheme of others", { uri: "amqp://host:1" }, URI, "/uri"],
  ["to a blocked host", { uri: "tcp://blocked.example.org:1" }, INVALID, "/uri"],
  ["of Kafka through a tunnel", { connectionType: "kafka", ...tunnel({}) }, INVALID, "/sshTunnel"],
  ["through a tunnel without ssh", tunnel({ uri: "tcp://host:22" }), INVALID, "/sshTunnel/uri"],
  ["through a tunnel without a port", tunnel({ uri: "ssh://host" }), URI, "/sshTunnel/uri"],
  ["through a blocked host", tunnel({ uri: "ssh://blocked:22" }), INVALID, "/sshTunnel/uri"],
  ["through a host that nobody can know", tunnel({ knownHosts: [] }), INVALID, "/sshTunnel/knownHosts"],
  ["through a tunnel for nobody", tunnel({}, { username: "" }), INVALID, "/sshTunnel/credentials/username"],
  [
    "through a tunnel with a bad key",
    tunnel({}, { type: "public-key", publicKey: keys.publicKey, privateKey: "y" }),
    INVALID,
    "/sshTunnel/credentials/privateKey",
  ],
  [
    "through a tunnel with half a key",
    tunnel({}, { type: "public-key", publicKey: "x", privateKey: keys.privateKey }),
    INVALID,
    "/sshTunnel/credentials/publicKey",
  ],
  ["of MQTT that signs", { credentials: hmac }, INVALID, "/credentials/type"],
  [
    "that proves itself twice",
    http({ uri: "https://u:p@host:443", credentials: hmac }),
    INVALID,
    "/credentials",
  ],
  ["of MQTT with scopes", { credentials: oauth }, INVALID, "/credentials/type"],
  [
    "with odd scopes",
    http({ credentials: { ...oauth, requestedScopes: "one  two" } }),
    INVALID,
    "/credentials/requestedScopes",
  ],
  [
    "with a token from nowhere",
    http({ credentials: { ...oauth, tokenEndpoint: "nowhere" } }),
    INVALID,
    "/credentials/tokenEndpoint",
  ],
  [
    "with a token from a file",
    http({ credentials: { ...oauth, tokenEndpoint: "file:///etc/passwd" } }),
    INVALID,
    "/credentials/tokenEndpoint",
  ],
  [
    "with a token from a blocked host",
    http({ credentials: { ...oauth, tokenEndpoint: "https://blocked/token" } }),
    INVALID,
    "/credentials/tokenEndpoint",
  ],
])("a connection %s is refused, naming the field", async (_what, fields, code, field) => {
  const error = await refusal(fields);

  expect(error.code).toBe(code);
  expect(error.text.message).toContain(`(${field})`);
});

test("a client certificate needs the key that it was made for", async () => {
  const credentials = { type: "client-cert", cert: CERTIFICATE, key: keys.privateKey };
  const error = await refusal({ uri: "ssl://host:1", ca: CERTIFICATE, credentials });

  expect(error.text.message).toContain("(/credentials/key)");
});

test("certificates are trusted over encrypted connections only", async () => {
  const error = await refusal({ ca: CERTIFICATE });

  expect(error.code).toBe(URI);
  expect(error.text.message).toContain("(/uri)");
});

/** Of nobody, valid for a hundred years. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBNDCB56ADAgECAhQVa8j7iQba4HTzNzTh5s4+QSUNNjAFBgMrZXAwDzENMAsG
A1UEAwwEdGVzdDAgFw0yNjExMjIwMzU4NTlaGA8yMTI2MTAyOTAzNTg1OVowDzEN
MAsGA1UEAwwEdGVzdDAqMAUGAytlcAMhAHObwvBQw7aCA5sV4tnd4Y1XOEQJWWl6
HgwIixVbIEEbo1MwUTAdBgNVHQ4EFgQUviTXfmc8nZIE09ZJRq5FmA849/kwHwYD
VR0jBBgwFoAUviTXfmc8nZIE09ZJRq5FmA849/kwDwYDVR0TAQH/BAUwAwEB/zAF
BgMrZXADQQD/BHYPzj4zFPxY91yWCJwe9yFjUT19k6teKYce3yyaF/zsxL9GWfk9
/ySw6S43aBXvnsad1MAh2mhpxaRBaK4D
-----END CERTIFICATE-----`;
