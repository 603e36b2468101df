import { expect, test } from "vitest";
import { configOf } from "../../../src/connectivity/connectors/http-push/specific-config.ts";
import { validateHttpPush } from "../../../src/connectivity/connectors/http-push/validate.ts";
import type { Connection, Credentials, Source, Target } from "../../../src/connectivity/model.ts";
import { connectionTo } from "../net/connections.ts";
import { httpPushSettings } from "./pushing.ts";

const target = (address: string): Target => ({
  address,
  topics: [{ topic: "_/_/things/twin/events", namespaces: [] }],
  authorizationContext: ["a:b"],
  headerMapping: {},
  payloadMapping: [],
});

const source: Source = {
  addresses: ["a"],
  consumerCount: 1,
  authorizationContext: ["a:b"],
  headerMapping: {},
  payloadMapping: [],
  declaredAcks: [],
};

const oauth = (tokenEndpoint: string, requestedScopes = "a b"): Credentials => ({
  ...{ type: "oauth-client-credentials", tokenEndpoint, clientId: "c", clientSecret: "s", requestedScopes },
});
const oauthPassword = (tokenEndpoint: string): Credentials => ({
  ...{
    type: "oauth-password",
    tokenEndpoint,
    clientId: "c",
    requestedScopes: "a",
    username: "u",
    password: "p",
  },
});
const hmac: Credentials = {
  type: "hmac",
  algorithm: "az-monitor-2016-04-01",
  parameters: { workspaceId: "w", sharedKey: "AAAA" },
};

const settings = { ...httpPushSettings, enforceHttps: true };
const URI = "https://endpoint.example:443";

test.each(["GET:/a", "POST:/a/{{ thing:id }}?b=c", "PUT:", "PATCH:a", "DELETE:/"])(
  "the address %s is fine",
  (address) => {
    expect(() => validateHttpPush(connectionTo(URI, { targets: [target(address)] }), settings)).not.toThrow();
  },
);

test.each<[field: string, uri: string, some: Partial<Connection>]>([
  ["/uri", "tcp://endpoint.example:80", {}],
  ["/uri", "http://endpoint.example:80", { ca: "-----BEGIN CERTIFICATE-----" }],
  ["/sources/0", URI, { sources: [source] }],
  ["/targets/1/address", URI, { targets: [target("GET:/"), target("/a")] }],
  ["/targets/0/address", URI, { targets: [target("HEAD:/a")] }],
  ["/targets/0/address", URI, { targets: [target("post:/a")] }],
  ["/targets/0/address", URI, { targets: [target("")] }],
  ["/credentials", "https://u:p@endpoint.example:443", { credentials: hmac }],
  ["/credentials/algorithm", URI, { credentials: { ...hmac, algorithm: "md5" } }],
  ["/credentials/tokenEndpoint", URI, { credentials: oauth("http://issuer.example/token") }],
  ["/credentials/tokenEndpoint", URI, { credentials: oauthPassword("http://issuer.example/token") }],
  ["/credentials/tokenEndpoint", URI, { credentials: oauth("file:///etc/passwd") }],
  ["/credentials/tokenEndpoint", URI, { credentials: oauth("issuer") }],
  ["/credentials/requestedScopes", URI, { credentials: oauth("https://issuer.example/token", "a  b") }],
  ["/specificConfig/parallelism", URI, { specificConfig: { parallelism: "0" } }],
  ["/specificConfig/parallelism", URI, { specificConfig: { parallelism: "many" } }],
  ["/specificConfig/omitRequestBody", URI, { specificConfig: { omitRequestBody: "GET,FETCH" } }],
  ["/specificConfig/idleTimeout", URI, { specificConfig: { idleTimeout: "61s" } }],
  ["/specificConfig/idleTimeout", URI, { specificConfig: { idleTimeout: "-1s" } }],
])("a connection is refused by its field %s: %s %j", (field, uri, some) => {
  expect(() => validateHttpPush(connectionTo(uri, some), settings)).toThrow(
    expect.objectContaining({ status: 400, message: expect.stringContaining(`(${field})`) }),
  );
});

test("tokens may come in clear where https is not enforced", () => {
  const connection = connectionTo(URI, { credentials: oauth("http://issuer.example/token") });

  expect(() => validateHttpPush(connection, { ...settings, enforceHttps: false })).not.toThrow();
});

test.each([
  [{}, { parallelism: 1, timeout: 5_000, omitRequestBody: ["GET", "DELETE"] }],
  [
    { parallelism: "7", idleTimeout: "2 seconds", omitRequestBody: "PUT, POST" },
    { parallelism: 7, timeout: 2_000, omitRequestBody: ["PUT", "POST"] },
  ],
  [
    { idleTimeout: "1m", omitRequestBody: "" },
    { parallelism: 1, timeout: 60_000, omitRequestBody: [] },
  ],
  [
    { idleTimeout: "1500", omitRequestBody: '["GET"]' },
    { parallelism: 1, timeout: 1_500, omitRequestBody: ["GET"] },
  ],
  [
    { idleTimeout: "0s", parallelism: "5000" },
    { parallelism: 1_000, timeout: 5_000, omitRequestBody: ["GET", "DELETE"] },
  ],
])("the options %j", (specificConfig, expected) => {
  const config = configOf({ specificConfig }, httpPushSettings);

  expect({ ...config, omitRequestBody: [...config.omitRequestBody] }).toEqual(expected);
});
