// Options of one MQTT connection: its specificConfig over what the operator has set for all.

import type { QoS } from "mqtt-packet";
import { connectionInvalid } from "../../errors.ts";
import type { Connection } from "../../model.ts";
import { durationIn, flagIn } from "../config-values.ts";
import type { MqttSettings } from "./settings.ts";
import { problemOfTopic } from "./topics.ts";

export interface MqttOptions {
  /** Before it is told apart from those of other clients; empty where the broker is to choose. */
  readonly clientId: string;
  readonly publisherId: string;
  readonly cleanSession: boolean;
  readonly reconnectForRedelivery: boolean;
  /** In milliseconds. */
  readonly redeliveryDelay: number;
  readonly separatePublisherClient: boolean;
  /** In seconds; 0 stands for none. */
  readonly keepAlive: number;
  readonly lastWill: LastWill | undefined;
}

export interface LastWill {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: QoS;
  readonly retain: boolean;
}

const MAX_KEEP_ALIVE_SECONDS = 65_535;
const DEFAULT_KEEP_ALIVE_SECONDS = 60;
const MIN_REDELIVERY_DELAY_MS = 1_000;
/** With room for what tells it apart from those of other clients. */
const MAX_CLIENT_ID_BYTES = 60_000;
/** Timers of Node hold 31 bits. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Refuses values that cannot be with `connectivity:connection.configuration.invalid`. */
export function optionsOf({ id, specificConfig }: Connection, settings: MqttSettings): MqttOptions {
  const config = new Config(specificConfig);
  const clientId = config.clientId("clientId");
  const publisherId = config.clientId("publisherId");
  return {
    clientId: clientId ?? id,
    publisherId: publisherId ?? `${clientId ?? id}p`,
    cleanSession: config.flag("cleanSession", settings.cleanSession),
    reconnectForRedelivery: config.flag("reconnectForRedelivery", settings.reconnectForRedelivery),
    redeliveryDelay: redeliveryDelayOf(config, settings),
    separatePublisherClient: config.flag("separatePublisherClient", settings.separatePublisherClient),
    keepAlive: keepAliveOf(config),
    lastWill: lastWillOf(config),
  };
}

/** The client IDs of one connection differ by the number of the client: the sessions at the broker stay with their clients. */
export const clientIdOf = (base: string, { clientCount }: Connection, clientIndex: number): string =>
  base === "" || clientCount <= 1 ? base : `${base}_${clientIndex}`;

class Config {
  readonly #texts: Readonly<Record<string, string>>;

  constructor(texts: Readonly<Record<string, string>>) {
    this.#texts = texts;
  }

  text(name: string): string | undefined {
    return Object.hasOwn(this.#texts, name) ? this.#texts[name] : undefined;
  }

  clientId(name: string): string | undefined {
    const id = this.text(name);
    if (id !== undefined && (id.includes("\0") || Buffer.byteLength(id) > MAX_CLIENT_ID_BYTES))
      this.refuse(name, `It must not be longer than ${MAX_CLIENT_ID_BYTES} bytes, nor hold the character 0.`);
    return id;
  }

  flag(name: string, fallback: boolean): boolean {
    const text = this.text(name);
    return text === undefined ? fallback : this.#read(name, text, flagIn, "It must be true or false.");
  }

  /** In milliseconds. */
  duration(name: string, fallback: number): number {
    const text = this.text(name);
    return text === undefined
      ? fallback
      : this.#read(name, text, durationIn, "It must be a time, as 60s or 500ms.");
  }

  refuse(name: string, reason: string): never {
    throw connectionInvalid(`/specificConfig/${name}`, reason);
  }

  #read<T>(name: string, text: string, read: (text: string) => T | undefined, expected: string): T {
    return read(text) ?? this.refuse(name, expected);
  }
}

function redeliveryDelayOf(config: Config, settings: MqttSettings): number {
  const delay = config.duration("reconnectForRedeliveryDelay", settings.reconnectForRedeliveryDelay);
  return Math.min(Math.max(delay, MIN_REDELIVERY_DELAY_MS), MAX_DELAY_MS);
}

function keepAliveOf(config: Config): number {
  const seconds = Math.floor(config.duration("keepAlive", DEFAULT_KEEP_ALIVE_SECONDS * 1000) / 1000);
  if (seconds < 0 || seconds > MAX_KEEP_ALIVE_SECONDS)
    config.refuse("keepAlive", `It must be 0 to ${MAX_KEEP_ALIVE_SECONDS} seconds.`);
  return seconds;
}

/** There is one if it has a topic; of a QoS or a retain flag that cannot be read the default counts, as in Ditto. */
function lastWillOf(config: Config): LastWill | undefined {
  const topic = config.text("lastWillTopic");
  if (topic === undefined) return undefined;
  const problem = problemOfTopic(topic);
  if (problem !== undefined) config.refuse("lastWillTopic", problem);
  const payload = Buffer.from(config.text("lastWillMessage") ?? "");
  if (payload.length > 65_535) config.refuse("lastWillMessage", "It must not be longer than 65535 bytes.");
  const qosText = config.text("lastWillQos")?.trim() ?? "0";
  const qos = /^[+-]?\d+$/.test(qosText) ? Number(qosText) : 0;
  if (qos !== 0 && qos !== 1 && qos !== 2) return config.refuse("lastWillQos", "It must be 0, 1 or 2.");
  return { topic, payload, qos, retain: flagIn(config.text("lastWillRetain") ?? "false") ?? false };
}
