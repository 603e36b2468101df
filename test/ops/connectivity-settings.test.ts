import { expect, test } from "vitest";
import { readConfig } from "../../src/ops/config.ts";
import { SECRET_POINTERS } from "../../src/ops/connection-secrets.ts";
import { problemsOf } from "./problems.ts";

const keyText = (byte: number) => `${Buffer.alloc(32, byte).toString("base64url")}=`;
const KEY = "CONNECTIVITY_CONNECTION_ENCRYPTION_KEY";
const OLD_KEY = "CONNECTIVITY_CONNECTION_OLD_ENCRYPTION_KEY";

test("without settings connections have Ditto's limits, timeouts and secrets", () => {
  expect(readConfig({}, [])).toMatchObject({
    maxConnectionSources: 4,
    maxConnectionTargets: 4,
    connectionAllowedHostnames: undefined,
    connectionBlockedHostnames: undefined,
    issuedAcknowledgementMaxBytes: 100_000,
    connectingMinTimeout: 50_000,
    connectingMaxTimeout: 3_600_000,
    connectingMaxTries: 50,
    connectionMinBackoff: 5_000,
    connectionMaxBackoff: 3_600_000,
    connectionEncryptionEnabled: false,
    connectionEncryptionPointers: SECRET_POINTERS,
    connectionMigrationBatch: 10,
    connectionMigrationRowsPerMinute: 200,
  });
});

test("hosts and networks are lists", () => {
  const config = readConfig(
    {
      CONNECTIVITY_CONNECTION_ALLOWED_HOSTNAMES: "broker, 10.1.2.3",
      CONNECTIVITY_CONNECTION_BLOCKED_SUBNETS: "10.0.0.0/8,fd00::/8",
    },
    ["-Dditto.connectivity.connection.max-source-number=7"],
  );

  expect(config.connectionAllowedHostnames).toEqual(["broker", "10.1.2.3"]);
  expect(config.connectionBlockedSubnets).toEqual(["10.0.0.0/8", "fd00::/8"]);
  expect(config.maxConnectionSources).toBe(7);
});

test("keys are 256 bits in base64url, with or without padding", () => {
  const config = readConfig({ [KEY]: keyText(1), [OLD_KEY]: keyText(2).slice(0, -1) }, []);

  expect(config.connectionEncryptionKey).toEqual(Buffer.alloc(32, 1));
  expect(config.connectionOldEncryptionKey).toEqual(Buffer.alloc(32, 2));
});

test.each<[what: string, env: Record<string, string>, problem: RegExp]>([
  [
    "encryption without a key",
    { CONNECTIVITY_CONNECTION_ENCRYPTION_ENABLED: "true" },
    /needs CONNECTIVITY_CONNECTION_ENCRYPTION_KEY/,
  ],
  ["the same key twice", { [KEY]: keyText(1), [OLD_KEY]: keyText(1) }, /same as the new key/],
  ["a short key", { [KEY]: "c2hvcnQ" }, /not usable, but must be 256 bits/],
  ["a key that is no base64url", { [KEY]: "+".repeat(43) }, /not usable, but must be 256 bits/],
  ["a pointer that is none", { CONNECTIVITY_CONNECTION_ENCRYPTION_POINTERS: "/uri,uri" }, /JSON pointers/],
  ["a network without bits", { CONNECTIVITY_CONNECTION_BLOCKED_SUBNETS: "10.0.0.0" }, /networks/],
  ["a network of too many bits", { CONNECTIVITY_CONNECTION_BLOCKED_SUBNETS: "10.0.0.0/33" }, /networks/],
  ["a host that is a URL", { CONNECTIVITY_CONNECTION_BLOCKED_HOSTNAMES: "http://a" }, /hosts/],
])("%s stops the start", (_what, env, problem) => {
  const problems = problemsOf(env);

  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(problem);
  expect(problems[0]).not.toContain("c2hvcnQ");
});
