// Headers that stand for parts of an MQTT message.

/** Of MQTT 3.1.1. */
export const mqtt3Headers: readonly string[] = ["mqtt.topic", "mqtt.qos", "mqtt.retain"];

/** Properties of MQTT 5 that are no user properties. */
export const mqtt5Properties: readonly string[] = ["correlation-id", "reply-to", "content-type"];

export const mqttHeaders: readonly string[] = [...mqtt3Headers, "mqtt.message-expiry-interval"];

export const knownHeaders: ReadonlySet<string> = new Set([...mqttHeaders, ...mqtt5Properties]);
