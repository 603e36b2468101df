// The settings of clusters.

import { hostname } from "node:os";
import { expect, test } from "vitest";
import { clusterConfig } from "../../src/ops/cluster-config.ts";
import { readConfig } from "../../src/ops/config.ts";
import { problemsOf } from "./problems.ts";

const DATABASE_URL = "postgres://pollux@db/pollux";

test("a server without NATS_URL is no member of a cluster", () => {
  expect(clusterConfig(readConfig({ DATABASE_URL }, []))).toBeUndefined();
});

test("several servers, a user in the address, and the defaults", () => {
  const config = readConfig({ DATABASE_URL, NATS_URL: "nats://me:pass%40word@one:4222,nats://two:4222" }, []);

  expect(clusterConfig(config)).toEqual({
    servers: ["nats://one:4222", "nats://two:4222"],
    user: "me",
    password: "pass@word",
    tls: {},
    clusterName: "pollux",
    nodeName: hostname(),
    leaseMs: 3_000,
    replicas: 1,
  });
});

test("every setting gets to the cluster", () => {
  const config = readConfig(
    {
      ...{ DATABASE_URL, NATS_URL: "tls://one", NATS_TOKEN: "secret", NATS_TLS_CA: "ca.pem" },
      ...{
        NATS_TLS_CERT: "cert.pem",
        NATS_TLS_KEY: "key.pem",
        CLUSTER_NAME: "plant",
        CLUSTER_NODE_NAME: "a",
      },
      ...{ CLUSTER_LEASE: "500ms", CLUSTER_REPLICAS: "3" },
    },
    [],
  );

  expect(clusterConfig(config)).toEqual({
    servers: ["tls://one"],
    token: "secret",
    tls: { ca: "ca.pem", cert: "cert.pem", key: "key.pem" },
    ...{ clusterName: "plant", nodeName: "a", leaseMs: 500, replicas: 3 },
  });
});

test.each([
  [
    "http://one",
    "NATS_URL is not usable, but must be addresses of the form nats://host:port or tls://host:port, separated by commas",
  ],
  [
    "nats://one,",
    "NATS_URL is not usable, but must be addresses of the form nats://host:port or tls://host:port, separated by commas",
  ],
  [
    "nats://one/path",
    "NATS_URL is not usable, but must be addresses of the form nats://host:port or tls://host:port, separated by commas",
  ],
])("the address %s is refused", (NATS_URL, problem) => {
  expect(problemsOf({ DATABASE_URL, NATS_URL })).toEqual([problem]);
});

test.each([
  [{ CLUSTER_LEASE: "100ms" }, 'CLUSTER_LEASE is "100ms", but must be at least 300ms'],
  [{ CLUSTER_NAME: "a.b" }, 'CLUSTER_NAME is "a.b", but must be up to 64 letters, digits, - and _'],
  [{ NATS_PASSWORD: "secret" }, "NATS_PASSWORD is set without NATS_USER"],
  [{ NATS_TLS_CERT: "cert.pem" }, "NATS_TLS_CERT and NATS_TLS_KEY need one another; set both or none"],
  [
    { NATS_USER: "me", NATS_TOKEN: "secret" },
    "NATS_USER, NATS_TOKEN and NATS_CREDENTIALS_FILE are several ways to log in; set only one",
  ],
])("%o is refused", (env, problem) => {
  expect(problemsOf({ DATABASE_URL, NATS_URL: "nats://one", ...env })).toEqual([problem]);
});
