import type { Config } from "../../../ops/config.ts";
import type { Throttling } from "../pace.ts";

/** What the operator of the server has set for all MQTT connections; times in milliseconds. */
export interface MqttSettings {
  /** How many messages of one client wait to be written. */
  readonly maxQueueSize: number;
  readonly cleanSession: boolean;
  readonly reconnectForRedelivery: boolean;
  readonly reconnectForRedeliveryDelay: number;
  readonly separatePublisherClient: boolean;
  /** MQTT 5 */
  readonly sessionExpiryInterval: number;
  /** MQTT 5 */
  readonly receiveMaximum: number;
  /** How large a packet may be that comes in. */
  readonly maxPacketBytes: number;
  /** Absent where sources are not slowed down. */
  readonly throttling: Throttling | undefined;
  /** Whether `mqtt.*` headers are user properties of MQTT 5 as well. */
  readonly preserveKnownHeaders: boolean;
}

type Named = Pick<
  Config,
  | "mqttMaxQueueSize"
  | "mqttCleanSession"
  | "mqttReconnectForRedelivery"
  | "mqttReconnectForRedeliveryDelay"
  | "mqttSeparatePublisherClient"
  | "mqttSessionExpiryInterval"
  | "mqttReceiveMaximum"
  | "mqttThrottlingEnabled"
  | "mqttThrottlingLimit"
  | "mqttThrottlingInterval"
  | "mqttPreserveKnownHeaders"
  | "connectionMaxPayloadBytes"
>;

/** For the topic of a message and its properties. */
const ROOM_BESIDE_PAYLOAD = 128 * 1024;
/** MQTT 5, section 2.1.4. */
const MOST_PACKET_BYTES = 268_435_460;

/** Those of the server's settings. */
export const mqttSettingsOf = (config: Named): MqttSettings => ({
  maxQueueSize: config.mqttMaxQueueSize,
  cleanSession: config.mqttCleanSession,
  reconnectForRedelivery: config.mqttReconnectForRedelivery,
  reconnectForRedeliveryDelay: config.mqttReconnectForRedeliveryDelay,
  separatePublisherClient: config.mqttSeparatePublisherClient,
  sessionExpiryInterval: config.mqttSessionExpiryInterval,
  receiveMaximum: config.mqttReceiveMaximum,
  maxPacketBytes: Math.min(config.connectionMaxPayloadBytes + ROOM_BESIDE_PAYLOAD, MOST_PACKET_BYTES),
  throttling: config.mqttThrottlingEnabled
    ? { limit: config.mqttThrottlingLimit, interval: config.mqttThrottlingInterval }
    : undefined,
  preserveKnownHeaders: config.mqttPreserveKnownHeaders,
});
