// Connections to NATS; the names are our own, in the style of Ditto's for the other transports.

import { setting } from "../setting.ts";
import { duration, flag, whole } from "../setting-kinds.ts";

export const connectivityNatsSettings = {
  natsThrottlingEnabled: setting(
    "NATS_CONSUMER_THROTTLING_ENABLED",
    flag,
    "false",
    "Whether each address of a source of NATS is slowed down to the pace of the next two settings.",
  ),
  natsThrottlingInterval: setting(
    "NATS_CONSUMER_THROTTLING_INTERVAL",
    duration,
    "1s",
    "The span of time that NATS_CONSUMER_THROTTLING_LIMIT is about.",
  ),
  natsThrottlingLimit: setting(
    "NATS_CONSUMER_THROTTLING_LIMIT",
    whole(1),
    "100",
    "How many messages of an address are taken in each interval.",
  ),
  natsFetchSize: setting(
    "NATS_CONSUMER_FETCH_SIZE",
    whole(1, 100_000),
    "2000",
    "How many messages of a JetStream consumer are asked for ahead, at most.",
  ),
  natsBufferSize: setting(
    "NATS_CONSUMER_BUFFER_SIZE",
    whole(1, 1_000_000),
    "10000",
    "How many messages of core NATS wait for each address while too much is in work; those beyond are lost.",
  ),
  natsAckWait: setting(
    "NATS_CONSUMER_ACK_WAIT",
    duration,
    "10s",
    "After what time without a sign of life JetStream delivers a message again; for connections without specificConfig.ackWait.",
  ),
  natsMaxAckPending: setting(
    "NATS_CONSUMER_MAX_ACK_PENDING",
    whole(1, 1_000_000),
    "10000",
    "How many messages JetStream delivers ahead of their acknowledgements; for connections without specificConfig.maxAckPending.",
  ),
  natsRedeliveryBackOffMin: setting(
    "NATS_CONSUMER_REDELIVERY_BACK_OFF_MIN",
    duration,
    "1s",
    "How long a message rests in JetStream before it is delivered for the second time.",
  ),
  natsRedeliveryBackOffMax: setting(
    "NATS_CONSUMER_REDELIVERY_BACK_OFF_MAX",
    duration,
    "60s",
    "The longest such rest; it doubles each time.",
  ),
  natsQueueSize: setting(
    "NATS_PRODUCER_QUEUE_SIZE",
    whole(1, 1_000_000),
    "10000",
    "How many messages of a client wait to be sent to NATS; those beyond are dropped.",
  ),
  natsMaxInFlight: setting(
    "NATS_PRODUCER_MAX_IN_FLIGHT",
    whole(1, 100_000),
    "4000",
    "How many messages of a client are sent ahead of the answers of NATS.",
  ),
  natsAnswerWithin: setting(
    "NATS_PRODUCER_ACK_TIMEOUT",
    duration,
    "10s",
    "How long JetStream may take to acknowledge a message.",
  ),
  natsPingInterval: setting(
    "NATS_PING_INTERVAL",
    duration,
    "10s",
    "How often a server is asked whether it is there; after two that stay without answer the connection is lost.",
  ),
} as const;
