// A message of the mappers → a message of MQTT.

import type { IPublishPacket, QoS } from "mqtt-packet";
import type { ExternalHeaders } from "../../external-message.ts";
import type { Publication } from "../connector.ts";
import { mqtt5Properties, mqttHeaders } from "./headers.ts";
import { problemOfTopic } from "./topics.ts";

export interface OutgoingForm {
  readonly isMqtt5: boolean;
  /** Whether `mqtt.*` headers are user properties as well. */
  readonly preserveKnownHeaders: boolean;
}

type Properties = NonNullable<IPublishPacket["properties"]>;

const MAX_EXPIRY_SECONDS = 0xffff_ffff;
const MAX_TEXT_BYTES = 65_535;

/** Headers `mqtt.topic`, `mqtt.qos` and `mqtt.retain` go before the target. Throws an error that names the part that cannot be. */
export function packetOf({ address, qos, message }: Publication, form: OutgoingForm): IPublishPacket {
  const { headers, payload } = message;
  const packet: IPublishPacket = {
    cmd: "publish",
    dup: false,
    topic: topicOf("mqtt.topic", headers["mqtt.topic"] ?? address),
    qos: qosOf(headers["mqtt.qos"] ?? String(qos ?? 0)),
    retain: flagOf(headers["mqtt.retain"] ?? "false"),
    payload: payload?.bytes() ?? Buffer.alloc(0),
  };
  if (form.isMqtt5) packet.properties = propertiesOf(headers, packet, form);
  return packet;
}

function topicOf(name: string, topic: string): string {
  const problem = problemOfTopic(topic);
  if (problem !== undefined)
    throw new Error(`The topic '${topic.slice(0, 200)}' (${name}) cannot be: ${problem}`);
  return topic;
}

function qosOf(text: string): QoS {
  if (!/^[+]?0*[0-2]$/.test(text)) throw invalidHeader("mqtt.qos", text, "one of 0, 1 and 2");
  return Number(text) as QoS;
}

function flagOf(text: string): boolean {
  const flag = text.trim().toLowerCase();
  if (flag !== "true" && flag !== "false") throw invalidHeader("mqtt.retain", text, "true or false");
  return flag === "true";
}

function propertiesOf(headers: ExternalHeaders, packet: IPublishPacket, form: OutgoingForm): Properties {
  const properties: Properties = {};
  const userProperties = userPropertiesOf(headers, packet, form);
  // An empty set of them is nothing that mqtt-packet can write.
  if (Object.keys(userProperties).length > 0) properties.userProperties = userProperties;
  const expiry = expiryOf(headers["mqtt.message-expiry-interval"]);
  if (expiry > 0) properties.messageExpiryInterval = expiry;
  const correlationId = textOf(headers, "correlation-id");
  if (correlationId !== undefined) properties.correlationData = Buffer.from(correlationId);
  const replyTo = headers["reply-to"];
  if (replyTo !== undefined) properties.responseTopic = topicOf("reply-to", replyTo);
  const contentType = textOf(headers, "content-type");
  if (contentType !== undefined) properties.contentType = contentType;
  return properties;
}

/** In seconds; 0 where there is none. */
function expiryOf(text: string | undefined): number {
  if (text === undefined) return 0;
  const seconds = /^[+]?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!(seconds <= MAX_EXPIRY_SECONDS))
    throw invalidHeader(
      "mqtt.message-expiry-interval",
      text,
      `a number of seconds up to ${MAX_EXPIRY_SECONDS}`,
    );
  return seconds;
}

function userPropertiesOf(
  headers: ExternalHeaders,
  packet: IPublishPacket,
  form: OutgoingForm,
): Record<string, string> {
  const properties: Record<string, string> = Object.create(null);
  for (const name of Object.keys(headers)) {
    if (mqtt5Properties.includes(name) || (!form.preserveKnownHeaders && mqttHeaders.includes(name)))
      continue;
    const value = textOf(headers, name);
    if (value !== undefined && value.trim() !== "") properties[name] = actual(packet, name) ?? value;
  }
  return properties;
}

/** What counts of a header that says how the message is sent. */
function actual({ topic, qos, retain }: IPublishPacket, name: string): string | undefined {
  if (name === "mqtt.topic") return topic;
  if (name === "mqtt.qos") return String(qos);
  return name === "mqtt.retain" ? String(retain) : undefined;
}

function textOf(headers: ExternalHeaders, name: string): string | undefined {
  const text = headers[name];
  if (text !== undefined && Buffer.byteLength(name) + Buffer.byteLength(text) > MAX_TEXT_BYTES)
    throw new Error(`The header '${name.slice(0, 200)}' is too long for MQTT.`);
  return text;
}

const invalidHeader = (name: string, text: string, expected: string): Error =>
  new Error(`The header '${name}' is '${text.slice(0, 200)}', but must be ${expected}.`);
