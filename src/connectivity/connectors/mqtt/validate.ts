// What an MQTT connection may be like (connectivity-protocol-bindings-mqtt and -mqtt5 pages); fields at fault are named by pointers.

import { UnknownPlaceholder } from "../../../base/placeholders/errors.ts";
import { compileTemplate } from "../../../base/placeholders/template.ts";
import { connectionInvalid } from "../../errors.ts";
import type { Connection, HeaderMapping, Source, Target } from "../../model.ts";
import { isEnforcementFilter, isEnforcementInput } from "../../placeholders/scope.ts";
import { mqtt3Headers } from "./headers.ts";
import { optionsOf } from "./options.ts";
import type { MqttSettings } from "./settings.ts";
import { problemOfFilter, problemOfTopic } from "./topics.ts";

/** Refuses a connection with `connectivity:connection.configuration.invalid`. */
export function validate(connection: Connection, settings: MqttSettings): void {
  const isMqtt5 = connection.connectionType === "mqtt-5";
  if (!isMqtt5 && connection.clientCount > 1)
    throw connectionInvalid(
      "/clientCount",
      "Several clients of MQTT 3.1.1 would each be given every message.",
    );
  for (const [i, source] of connection.sources.entries()) checkSource(source, `/sources/${i}`, isMqtt5);
  for (const [i, target] of connection.targets.entries()) checkTarget(target, `/targets/${i}`, isMqtt5);
  optionsOf(connection, settings);
}

function checkSource(source: Source, field: string, isMqtt5: boolean): void {
  for (const [i, address] of source.addresses.entries()) {
    refuseIf(problemOfFilter(address), `${field}/addresses/${i}`);
  }
  checkQos(source.qos, field);
  checkEnforcement(source, `${field}/enforcement`, isMqtt5);
  if (isMqtt5) return;
  if (source.consumerCount > 1)
    throw connectionInvalid(
      `${field}/consumerCount`,
      "Several consumers of MQTT 3.1.1 would each be given every message.",
    );
  checkTemplates(source.headerMapping, `${field}/headerMapping`, isMqtt3Header, placeholders3);
  if (source.replyTarget)
    checkTargetHeaders(source.replyTarget.headerMapping, `${field}/replyTarget/headerMapping`);
}

function checkTarget(target: Target, field: string, isMqtt5: boolean): void {
  refuseIf(problemOfTopic(target.address), `${field}/address`);
  checkQos(target.qos, field);
  if (!isMqtt5) checkTargetHeaders(target.headerMapping, `${field}/headerMapping`);
}

function checkQos(qos: number | undefined, field: string): void {
  if (qos !== 0 && qos !== 1 && qos !== 2)
    throw connectionInvalid(`${field}/qos`, `It must be 0, 1 or 2, and is ${qos ?? "missing"}.`);
}

function checkEnforcement({ enforcement }: Source, field: string, isMqtt5: boolean): void {
  if (!enforcement) return;
  const supported = isMqtt5 ? isEnforcementInput : (name: string) => name === "source:address";
  checkTemplate(enforcement.input, `${field}/input`, supported, "source:address");
  for (const [i, filter] of enforcement.filters.entries()) {
    checkTemplate(filter, `${field}/filters/${i}`, isEnforcementFilter);
  }
}

/** MQTT 3.1.1 has no headers but for those that say how a message is sent. */
function checkTargetHeaders(mapping: HeaderMapping, field: string): void {
  for (const name of Object.keys(mapping)) {
    if (!mqtt3Headers.includes(name))
      throw connectionInvalid(
        pointer(field, name),
        `Messages of MQTT 3.1.1 have no header '${name}': what can be set is ${mqtt3Headers.join(", ")}. MQTT 5 (mqtt-5) has headers.`,
      );
  }
  checkTemplates(mapping, field, isHeader, "header:{name}");
}

const placeholders3 = mqtt3Headers.map((header) => `header:${header}`).join(", ");
const isMqtt3Header = (name: string): boolean => mqtt3Headers.some((header) => name === `header:${header}`);
const isHeader = (name: string): boolean => name.startsWith("header:");

function checkTemplates(
  mapping: HeaderMapping,
  field: string,
  supported: (name: string) => boolean,
  there: string,
): void {
  for (const [name, text] of Object.entries(mapping))
    checkTemplate(text, pointer(field, name), supported, there);
}

/** `there` says which placeholders are supported. */
function checkTemplate(
  text: string,
  field: string,
  supported: (name: string) => boolean,
  there?: string,
): void {
  try {
    compileTemplate(text, supported);
  } catch (error) {
    const isUnknown = error instanceof UnknownPlaceholder && there !== undefined;
    throw connectionInvalid(
      field,
      `${(error as Error).message}${isUnknown ? ` For MQTT 3.1.1 there are ${there}.` : ""}`,
    );
  }
}

const pointer = (field: string, key: string): string =>
  `${field}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;

function refuseIf(problem: string | undefined, field: string): void {
  if (problem !== undefined) throw connectionInvalid(field, problem);
}
