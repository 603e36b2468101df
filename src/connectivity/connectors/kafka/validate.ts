// What a connection to Kafka must look like; each refusal names its field.

import { connectionInvalid } from "../../errors.ts";
import type { Connection, Source } from "../../model.ts";
import { partsOf } from "../../uri.ts";
import { partsOfAddress, topicProblem } from "./address.ts";
import {
  bootstrapServers,
  configuredGroupId,
  offsetReset,
  saslMechanism,
  saslMechanisms,
} from "./options.ts";

/** Refuses what Kafka cannot serve with `connectivity:connection.configuration.invalid`. */
export function validateKafka(connection: Connection): void {
  connection.sources.forEach((source, index) => {
    validateSource(source, `/sources/${index}`);
  });
  connection.targets.forEach(({ address }, index) => {
    validateTargetAddress(address, `/targets/${index}/address`);
  });
  validateOptions(connection);
}

function validateSource({ addresses, qos }: Source, field: string): void {
  for (const [index, address] of addresses.entries())
    refuseIf(topicProblem(address), `${field}/addresses/${index}`);
  if (qos !== undefined && qos !== 0 && qos !== 1)
    throw connectionInvalid(`${field}/qos`, "A source of Kafka has the qos 0 or 1.");
}

function validateTargetAddress(address: string, field: string): void {
  const { topic, key, partition } = partsOfAddress(withoutPlaceholders(address));
  refuseIf(topicProblem(topic), field);
  if (key === "") throw connectionInvalid(field, "The key of the address is empty.");
  if (Number.isNaN(partition)) throw connectionInvalid(field, "The partition of the address is no number.");
}

/** Digits stand for what placeholders resolve to: they can be a topic, a key and a partition. */
function withoutPlaceholders(address: string): string {
  let text = "";
  let from = 0;
  for (;;) {
    const start = address.indexOf("{{", from);
    const end = start < 0 ? -1 : address.indexOf("}}", start);
    if (end < 0) return text + address.slice(from);
    text += `${address.slice(from, start)}3`;
    from = end + 2;
  }
}

function validateOptions(connection: Connection): void {
  const field = (name: string) => `/specificConfig/${name}`;
  const { userName } = partsOf(connection.uri);
  if (userName !== undefined && saslMechanism(connection) === undefined)
    throw connectionInvalid(field("saslMechanism"), `It is one of ${saslMechanisms.join(", ")}.`);
  if (bootstrapServers(connection) === undefined)
    throw connectionInvalid(field("bootstrapServers"), "It is a list of host:port, separated by commas.");
  if (connection.sources.length === 0) return;
  if (!/^[\w.-]+$/.test(configuredGroupId(connection) ?? "none"))
    throw connectionInvalid(field("groupId"), "It is made of letters of ASCII, digits, '.', '_' and '-'.");
  if (offsetReset(connection) === undefined)
    throw connectionInvalid(field("consumerOffsetReset"), "It is 'earliest' or 'latest'.");
}

function refuseIf(problem: string | undefined, field: string): void {
  if (problem !== undefined) throw connectionInvalid(field, problem);
}
