import { expect, test } from "vitest";
import { validateKafka } from "../../../src/connectivity/connectors/kafka/validate.ts";
import type { Connection, Target } from "../../../src/connectivity/model.ts";
import { aConnection } from "./world.ts";

const base = { port: 9092, sources: [{ addresses: ["in"] }] };

const toTarget = (address: string): Connection => ({
  ...aConnection(base),
  targets: [{ address } as Target],
});

const refused: readonly [what: string, connection: Connection, field: string][] = [
  [
    "a source with a qos of 2",
    aConnection({ ...base, sources: [{ addresses: ["in"], qos: 2 }] }),
    "/sources/0/qos",
  ],
  [
    "an address that is no topic",
    aConnection({ ...base, sources: [{ addresses: ["in", "a/b"] }] }),
    "/sources/0/addresses/1",
  ],
  [
    "no bootstrap servers",
    aConnection({ ...base, config: { bootstrapServers: "" } }),
    "/specificConfig/bootstrapServers",
  ],
  [
    "a bootstrap server without port",
    aConnection({ ...base, config: { bootstrapServers: "a:1,b" } }),
    "/specificConfig/bootstrapServers",
  ],
  [
    "a comma too many",
    aConnection({ ...base, config: { bootstrapServers: "a:1," } }),
    "/specificConfig/bootstrapServers",
  ],
  ["a group with a blank", aConnection({ ...base, config: { groupId: "a b" } }), "/specificConfig/groupId"],
  [
    "an unknown offset reset",
    aConnection({ ...base, config: { consumerOffsetReset: "none" } }),
    "/specificConfig/consumerOffsetReset",
  ],
  [
    "an unknown mechanism",
    aConnection({ ...base, login: "u:p@", config: { saslMechanism: "gssapi" } }),
    "/specificConfig/saslMechanism",
  ],
  ["a target without topic", toTarget("/key"), "/targets/0/address"],
  ["a target with an empty key", toTarget("topic/"), "/targets/0/address"],
  ["a target with a partition that is no number", toTarget("topic#one"), "/targets/0/address"],
];
for (const [what, connection, field] of refused) {
  test(`${what} is refused by its field`, () => {
    expect(() => validateKafka(connection)).toThrow(
      expect.objectContaining({
        code: "connectivity:connection.configuration.invalid",
        message: expect.stringContaining(field),
      }),
    );
  });
}

const taken: readonly [what: string, connection: Connection][] = [
  [
    "several bootstrap servers",
    aConnection({ ...base, config: { bootstrapServers: "a:1, b.example:65535" } }),
  ],
  [
    "a group named after the connection",
    aConnection({ ...base, config: { groupId: "my-{{ connection:id }}" } }),
  ],
  ["an offset reset in capitals", aConnection({ ...base, config: { consumerOffsetReset: "EARLIEST" } })],
  ["SCRAM", aConnection({ ...base, login: "u:p@", config: { saslMechanism: "scram-sha-512" } })],
  ["an unknown mechanism that is not used", aConnection({ ...base, config: { saslMechanism: "gssapi" } })],
  ["placeholders as topic", toTarget("{{ thing:namespace }}/{{ thing:id }}")],
  ["a placeholder as partition", toTarget("topic#{{ header:partition }}")],
];
for (const [what, connection] of taken) {
  test(`${what} may be configured`, () => {
    expect(() => validateKafka(connection)).not.toThrow();
  });
}
