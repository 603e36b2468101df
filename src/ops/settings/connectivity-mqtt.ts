// Connections to MQTT brokers.

import { setting } from "../setting.ts";
import { duration, flag, keeping, whole } from "../setting-kinds.ts";

export const connectivityMqttSettings = {
  mqttMaxQueueSize: setting(
    "CONNECTIVITY_MQTT_MAX_QUEUE_SIZE",
    whole(1),
    "1000",
    "How many messages of one client of a connection wait to be written to the broker; those beyond are dropped.",
    "ditto.connectivity.connection.mqtt.max-queue-size",
  ),
  mqttCleanSession: setting(
    "CONNECTIVITY_MQTT_CLEAN_SESSION",
    flag,
    "false",
    "Whether the broker forgets the session of a client; for connections without specificConfig.cleanSession.",
    "ditto.connectivity.connection.mqtt.clean-session",
  ),
  mqttReconnectForRedelivery: setting(
    "CONNECTIVITY_MQTT_RECONNECT_FOR_REDELIVERY",
    flag,
    "false",
    "Whether a client connects anew to be given messages again; for connections without specificConfig.reconnectForRedelivery.",
    "ditto.connectivity.connection.mqtt.reconnect-for-redelivery",
  ),
  mqttReconnectForRedeliveryDelay: setting(
    "CONNECTIVITY_MQTT_RECONNECT_FOR_REDELIVERY_DELAY",
    duration,
    "10s",
    "How long it waits before that, at least 1s; for connections without specificConfig.reconnectForRedeliveryDelay.",
    "ditto.connectivity.connection.mqtt.reconnect-for-redelivery-delay",
  ),
  mqttReconnectAfterDisconnect: setting(
    "CONNECTIVITY_MQTT_RECONNECT_MIN_TIMEOUT_FOR_MQTT_BROKER_INITIATED_DISCONNECT",
    keeping,
    "1s",
    "How long a client that was connected and is no more waits at least before it connects again.",
    "ditto.connectivity.connection.mqtt.reconnect.min-timeout-for-mqtt-broker-initiated-disconnect",
  ),
  mqttReconnectMinBackoff: setting(
    "CONNECTIVITY_MQTT_RECONNECT_BACKOFF_TIMEOUT_MIN",
    keeping,
    "0s",
    "As well; the longer of both counts. It waits twice as long after each further failure.",
    "ditto.connectivity.connection.mqtt.reconnect.backoff.timeout.min-timeout",
  ),
  mqttReconnectMaxBackoff: setting(
    "CONNECTIVITY_MQTT_RECONNECT_BACKOFF_TIMEOUT_MAX",
    duration,
    "1m",
    "How long at most; it does not give up.",
    "ditto.connectivity.connection.mqtt.reconnect.backoff.timeout.max-timeout",
  ),
  mqttSeparatePublisherClient: setting(
    "CONNECTIVITY_MQTT_SEPARATE_PUBLISHER_CLIENT",
    flag,
    "false",
    "Whether a client of its own publishes; for connections without specificConfig.separatePublisherClient.",
    "ditto.connectivity.connection.mqtt.separate-publisher-client",
  ),
  mqttSessionExpiryInterval: setting(
    "CONNECTIVITY_MQTT_SESSION_EXPIRY_INTERVAL",
    keeping,
    "60s",
    "MQTT 5: how long the broker keeps messages for a client that is not connected.",
    "ditto.connectivity.connection.mqtt.session-expiry-interval",
  ),
  mqttReceiveMaximum: setting(
    "CONNECTIVITY_MQTT_CLIENT_RECEIVE_MAXIMUM",
    whole(1, 65_535),
    "65535",
    "MQTT 5: how many messages of QoS 1 and 2 the broker sends ahead of their acknowledgements.",
    "ditto.connectivity.connection.mqtt.receive-maximum-client",
  ),
  mqttThrottlingEnabled: setting(
    "MQTT_CONSUMER_THROTTLING_ENABLED",
    flag,
    "false",
    "Whether each source of an MQTT connection is slowed down to the pace of the next two settings.",
    "ditto.connectivity.connection.mqtt.throttling.enabled",
  ),
  mqttThrottlingInterval: setting(
    "MQTT_CONSUMER_THROTTLING_INTERVAL",
    duration,
    "1s",
    "The span of time that MQTT_CONSUMER_THROTTLING_LIMIT is about.",
    "ditto.connectivity.connection.mqtt.throttling.interval",
  ),
  mqttThrottlingLimit: setting(
    "MQTT_CONSUMER_THROTTLING_LIMIT",
    whole(1),
    "100",
    "How many messages a source takes in each interval; those beyond wait, mostly at the broker.",
    "ditto.connectivity.connection.mqtt.throttling.limit",
  ),
  mqttPreserveKnownHeaders: setting(
    "DITTO_DEVOPS_FEATURE_PRESERVE_KNOWN_MQTT_HEADERS_ENABLED",
    flag,
    "true",
    "MQTT 5: whether headers mqtt.topic, mqtt.qos and mqtt.retain of a message are sent as user properties too.",
    "ditto.devops.feature.preserve-known-mqtt-headers-enabled",
  ),
} as const;
