// Whether this server can serve a connection, in the order in which Ditto looks at it.

import { connectionInvalid } from "../errors.ts";
import type { Connection } from "../model.ts";
import { tlsOf } from "../net/tls.ts";
import { checkAcknowledgements } from "./acknowledgements.ts";
import { checkDiversion } from "./diversion.ts";
import { checkCredentials, checkHost, checkScheme, checkTunnel } from "./endpoints.ts";
import { checkMappers } from "./mappers.ts";
import { checkOptions } from "./options.ts";
import type { ConnectionLimits, ValidationParts } from "./parts.ts";
import { checkTemplates } from "./templates.ts";

/**
 * Judges a connection that was read. Refuses it with the error of the first fault, which names the field: mostly
 * `connectivity:connection.configuration.invalid`, `…uri.invalid`, `acknowledgement:label.…`, `rql.expression.invalid`.
 */
export async function validateConnection(connection: Connection, parts: ValidationParts): Promise<void> {
  const { connectionType, sshTunnel } = connection;
  const transport = parts.transports.find(({ types }) => types.includes(connectionType));
  if (!transport)
    throw connectionInvalid(
      "/connectionType",
      `This server does not support connections of type ${connectionType} yet; there are ${parts.transports.flatMap(({ types }) => types).join(", ")}.`,
    );
  checkNumbers(connection, parts.limits);
  checkAddresses(connection);
  checkTemplates(connection);
  checkAcknowledgements(connection);
  tlsOf(connection, "");
  const uri = checkScheme(connection, transport);
  await checkHost(uri.host, "/uri", parts.refusalOfHost);
  if (sshTunnel && connectionType === "kafka")
    throw connectionInvalid("/sshTunnel", "Connections of type kafka cannot go through a tunnel.");
  if (sshTunnel) await checkTunnel(sshTunnel, parts.refusalOfHost);
  await checkCredentials(connection, uri, parts.refusalOfHost);
  checkDiversion(connection);
  checkOptions(connection);
  transport.validate(connection);
  checkMappers(connection, parts);
}

function checkNumbers({ sources, targets, clientCount }: Connection, limits: ConnectionLimits): void {
  checkAtMost("/sources", sources.length, limits.sources);
  checkAtMost("/targets", targets.length, limits.targets);
  checkAtMost("/clientCount", clientCount, limits.clients);
  sources.forEach(({ consumerCount }, i) => {
    checkAtMost(`/sources/${i}/consumerCount`, consumerCount, limits.consumers);
  });
}

function checkAtMost(field: string, count: number, limit: number): void {
  if (count > limit) throw connectionInvalid(field, `There are ${count}, and may be at most ${limit}.`);
}

function checkAddresses({ sources, targets }: Connection): void {
  sources.forEach(({ addresses }, i) => {
    const field = `/sources/${i}/addresses`;
    if (addresses.length === 0) throw connectionInvalid(field, "A source needs an address.");
    const empty = addresses.indexOf("");
    if (empty >= 0) throw connectionInvalid(`${field}/${empty}`, "An address must not be empty.");
  });
  targets.forEach(({ address }, i) => {
    if (address === "") throw connectionInvalid(`/targets/${i}/address`, "An address must not be empty.");
  });
}
