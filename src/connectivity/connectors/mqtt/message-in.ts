// A message of MQTT → a message for the mappers.

import type { IPublishPacket } from "mqtt-packet";
import { putKey } from "../../../base/json/json.ts";
import { bytesPayload, type ExternalHeaders, type ExternalMessage } from "../../external-message.ts";
import { knownHeaders } from "./headers.ts";

/** Properties of MQTT 5 are headers of their own; user properties cannot take their places. */
export function messageOf(packet: IPublishPacket): ExternalMessage {
  const { payload } = packet;
  return {
    headers: headersOf(packet),
    payload: bytesPayload(typeof payload === "string" ? Buffer.from(payload) : payload),
  };
}

function headersOf({ topic, qos, retain, properties }: IPublishPacket): ExternalHeaders {
  const headers: Record<string, string> = {
    "mqtt.topic": topic,
    "mqtt.qos": String(qos),
    "mqtt.retain": String(retain),
  };
  if (properties === undefined) return headers;
  const { messageExpiryInterval, correlationData, responseTopic, contentType, userProperties } = properties;
  if (messageExpiryInterval !== undefined)
    headers["mqtt.message-expiry-interval"] = String(messageExpiryInterval);
  if (correlationData !== undefined) headers["correlation-id"] = correlationData.toString("utf8");
  if (responseTopic !== undefined) headers["reply-to"] = responseTopic;
  if (contentType !== undefined) headers["content-type"] = contentType;
  for (const [name, value] of Object.entries(userProperties ?? {})) {
    const key = name.toLowerCase();
    if (!knownHeaders.has(key)) putKey(headers, key, typeof value === "string" ? value : value.at(-1)!);
  }
  return headers;
}
