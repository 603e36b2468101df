// The options that there are in `specificConfig`. Others are kept, and mean nothing (connectivity-protocol-bindings pages).

import { isArray, isObject, type JsonValue } from "../base/json/json.ts";
import { fieldInvalid } from "./errors.ts";
import { anyTexts, fieldOf, type Part, partAt } from "./fields.ts";
import type { Connection, ConnectionType } from "./model.ts";

/** Of response diversion, whatever the transport. */
const ofAll = [
  "is-diversion-source",
  "is-diversion-target",
  "preserve-normal-response-via-source",
  "authorized-connections-as-sources",
];

const ofMqtt = [
  ...["clientId", "publisherId", "cleanSession", "separatePublisherClient", "keepAlive"],
  ...["reconnectForRedelivery", "reconnectForRedeliveryDelay"],
  ...["lastWillTopic", "lastWillMessage", "lastWillQos", "lastWillRetain"],
];

const byType: { readonly [T in ConnectionType]?: readonly string[] } = {
  mqtt: ofMqtt,
  "mqtt-5": ofMqtt,
  kafka: [
    ...["bootstrapServers", "saslMechanism", "groupId", "consumerOffsetReset"],
    ...["debugEnabled", "skipCorruptMessages"],
  ],
  nats: [
    ...["servers", "authentication", "queueGroup", "durable", "ackWait", "maxAckPending", "maxDeliver"],
    ...["deliverPolicy", "jetstreamDomain", "inboxPrefix"],
  ],
  "http-push": ["parallelism", "omitRequestBody", "idleTimeout"],
};

/** Those whose value may be a JSON array or object. */
const structured: ReadonlySet<string> = new Set(["omitRequestBody", "lastWillMessage"]);

/** The names of the options of a type of connections, those of all types last. */
export const optionNames = (type: ConnectionType): readonly string[] => [...(byType[type] ?? []), ...ofAll];

/** Reads `specificConfig`: each value as a text. Refuses null, arrays and objects for options that there are. */
export function optionsAt(part: Part, type: ConnectionType): Connection["specificConfig"] {
  const options = partAt(part, "specificConfig");
  for (const name of options ? optionNames(type) : []) {
    const value = options && Object.hasOwn(options.json, name) ? options.json[name] : undefined;
    if (options && value !== undefined && !structured.has(name) && !isSimple(value))
      throw fieldInvalid(fieldOf(options, name), "a text, a number, true or false", value);
  }
  return anyTexts(options);
}

const isSimple = (value: JsonValue): boolean => value !== null && !isArray(value) && !isObject(value);
