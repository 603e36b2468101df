// Connections to Apache Kafka.

import { setting } from "../setting.ts";
import { duration, flag, whole } from "../setting-kinds.ts";

const path = "ditto.connectivity.connection.kafka";

export const connectivityKafkaSettings = {
  kafkaThrottlingEnabled: setting(
    "KAFKA_CONSUMER_THROTTLING_ENABLED",
    flag,
    "false",
    "Whether each address of a source is read at the pace of the next three settings.",
    `${path}.consumer.throttling.enabled`,
  ),
  kafkaThrottlingInterval: setting(
    "KAFKA_CONSUMER_THROTTLING_INTERVAL",
    duration,
    "1s",
    "The span of time that KAFKA_CONSUMER_THROTTLING_LIMIT is about.",
    `${path}.consumer.throttling.interval`,
  ),
  kafkaThrottlingLimit: setting(
    "KAFKA_CONSUMER_THROTTLING_LIMIT",
    whole(1),
    "100",
    "How many messages of an address are taken in each interval.",
    `${path}.consumer.throttling.limit`,
  ),
  kafkaThrottlingMaxInFlightFactor: setting(
    "KAFKA_CONSUMER_THROTTLING_MAX_IN_FLIGHT_FACTOR",
    whole(1),
    "2",
    "How many times that limit may be in work at once. Counts only where the throttling is enabled.",
    `${path}.consumer.throttling.max-in-flight-factor`,
  ),
  kafkaRestartBackOffMin: setting(
    "KAFKA_CONSUMER_RESTART_BACK_OFF_MIN",
    duration,
    "100ms",
    "How long a partition rests before a message that is to be delivered again comes for the second time.",
    `${path}.consumer.restart.exponential-backoff.min`,
  ),
  kafkaRestartBackOffMax: setting(
    "KAFKA_CONSUMER_RESTART_BACK_OFF_MAX",
    duration,
    "60s",
    "The longest such rest; it doubles each time.",
    `${path}.consumer.restart.exponential-backoff.max`,
  ),
  kafkaFetchMaxWait: setting(
    "KAFKA_CONSUMER_FETCH_MAX_WAIT_MS",
    duration,
    "2500",
    "How long a broker holds back its answer to a fetch when there are no messages.",
    `${path}.consumer.pekko-connectors.kafka-clients.fetch.max.wait.ms`,
  ),
  kafkaMetadataMaxAge: setting(
    "KAFKA_CONNECTION_MAX_IDLE_MS",
    duration,
    "180000",
    "How old what is known of brokers, topics and partitions may get.",
    `${path}.consumer.pekko-connectors.kafka-clients.metadata.max.age.ms`,
  ),
  kafkaSessionTimeout: setting(
    "KAFKA_SESSION_TIMEOUT_MS",
    duration,
    "10000",
    "How long a consumer group waits for a sign of life before others get the partitions of a member.",
    `${path}.consumer.pekko-connectors.kafka-clients.session.timeout.ms`,
  ),
  kafkaHeartbeatInterval: setting(
    "KAFKA_HEARTBEAT_INTERVAL_MS",
    duration,
    "3000",
    "How often a member of a consumer group gives a sign of life.",
    `${path}.consumer.pekko-connectors.kafka-clients.heartbeat.interval.ms`,
  ),
  kafkaCommitterMaxBatch: setting(
    "KAFKA_COMMITTER_MAX_BATCH",
    whole(1),
    "1000",
    "After how many settled messages offsets are committed.",
    `${path}.committer.pekko-connectors.max-batch`,
  ),
  kafkaCommitterMaxInterval: setting(
    "KAFKA_COMMITTER_MAX_INTERVAL",
    duration,
    "10s",
    "After what time they are committed at the latest.",
    `${path}.committer.pekko-connectors.max-interval`,
  ),
  kafkaProducerQueueSize: setting(
    "KAFKA_PRODUCER_QUEUE_SIZE",
    whole(1),
    "1000",
    "How many messages of a client wait to be sent; those beyond are dropped.",
    `${path}.producer.queue-size`,
  ),
  kafkaProducerParallelism: setting(
    "KAFKA_PRODUCER_PARALLELISM",
    whole(1),
    "10",
    "How many batches of messages of a client are on their way to brokers at once.",
    `${path}.producer.parallelism`,
  ),
} as const;
