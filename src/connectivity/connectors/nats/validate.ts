// What a NATS connection may be like; fields at fault are named by pointers.

import { compileTemplate } from "../../../base/placeholders/template.ts";
import { connectionInvalid } from "../../errors.ts";
import type { Connection, Enforcement, Source, Target } from "../../model.ts";
import { isEnforcementFilter, isEnforcementInput } from "../../placeholders/scope.ts";
import { partsOf } from "../../uri.ts";
import { problemOfAddress, sourceAddress } from "./address.ts";
import { identityOf } from "./credentials.ts";
import { optionsOf } from "./options.ts";
import type { NatsSettings } from "./settings.ts";
import { problemOfSubject } from "./subjects.ts";

/** Refuses a connection with `connectivity:connection.configuration.invalid`. */
export function validate(connection: Connection, settings: NatsSettings): void {
  connection.sources.forEach((source, index) => {
    checkSource(source, `/sources/${index}`);
  });
  connection.targets.forEach((target, index) => {
    checkTarget(target, `/targets/${index}`);
  });
  checkCredentials(connection);
  if (connection.sshTunnel?.enabled && connection.specificConfig.servers !== undefined)
    throw connectionInvalid(
      "/specificConfig/servers",
      "Through an SSH tunnel there is one server, that of the URI.",
    );
  identityOf(connection, optionsOf(connection, settings));
}

function checkSource({ addresses, qos, replyTarget, enforcement }: Source, field: string): void {
  for (const [index, address] of addresses.entries()) {
    refuseIf(problemOfAddress(address), `${field}/addresses/${index}`);
  }
  checkQos(qos, field);
  const core = addresses.find((address) => sourceAddress(address).kind === "subject");
  if (qos === 1 && core !== undefined)
    throw connectionInvalid(
      `${field}/qos`,
      `Core NATS delivers at most once: '${core}' has the qos 0, or is to be stream:NAME/${core}.`,
    );
  if (enforcement) checkEnforcement(enforcement, `${field}/enforcement`);
  if (replyTarget) refuseIf(problemOfTemplate(replyTarget.address), `${field}/replyTarget/address`);
}

function checkEnforcement({ input, filters }: Enforcement, field: string): void {
  checkTemplate(input, `${field}/input`, isEnforcementInput);
  for (const [index, filter] of filters.entries())
    checkTemplate(filter, `${field}/filters/${index}`, isEnforcementFilter);
}

function checkTemplate(text: string, field: string, supported: (name: string) => boolean): void {
  try {
    compileTemplate(text, supported);
  } catch (error) {
    throw connectionInvalid(field, (error as Error).message);
  }
}

function checkTarget({ address, qos, headerMapping }: Target, field: string): void {
  refuseIf(problemOfTemplate(address), `${field}/address`);
  checkQos(qos, field);
  const reply = Object.keys(headerMapping).find((name) => name.toLowerCase() === "nats.reply-to");
  if (qos === 1 && reply !== undefined)
    throw connectionInvalid(
      `${field}/headerMapping/${reply}`,
      "JetStream answers to the reply subject itself: with the qos 1 there is none of one's own.",
    );
}

function checkQos(qos: number | undefined, field: string): void {
  if (qos !== undefined && qos !== 0 && qos !== 1)
    throw connectionInvalid(`${field}/qos`, "It must be 0 or 1.");
}

/** Without a colon the user is none to Ditto, and would be neither masked nor encrypted. */
function checkCredentials({ uri, credentials }: Connection): void {
  if (/^[^:]+:\/\/[^@/?#:]*@/.test(uri) && partsOf(uri).userName === undefined)
    throw connectionInvalid(
      "/uri",
      "A user needs a password. A token stands in its place: nats://:token@host:4222.",
    );
  if (credentials && credentials.type !== "plain" && credentials.type !== "client-cert")
    throw connectionInvalid("/credentials/type", "It is plain or client-cert.");
}

/** What placeholders become is judged when it is known. */
function problemOfTemplate(address: string): string | undefined {
  const [literal = "", ...others] = address.split("{{");
  const resolved = others.map((part) => `x${part.slice(part.indexOf("}}") + 2)}`);
  return problemOfSubject([literal, ...resolved].join(""));
}

function refuseIf(problem: string | undefined, field: string): void {
  if (problem !== undefined) throw connectionInvalid(field, problem);
}
