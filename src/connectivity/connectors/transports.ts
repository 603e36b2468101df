// The transports of this server, as its operator has set them.

import type { Config } from "../../ops/config.ts";
import type { Hosts } from "../net/hosts.ts";
import type { Transport } from "./connector.ts";
import type { HttpPushSettings } from "./http-push/settings.ts";
import { httpPushTransport } from "./http-push/transport.ts";
import type { KafkaSettings } from "./kafka/settings.ts";
import { kafkaTransport } from "./kafka/transport.ts";
import { mqttSettingsOf } from "./mqtt/settings.ts";
import { mqttTransport } from "./mqtt/transport.ts";
import type { NatsSettings } from "./nats/settings.ts";
import { natsTransport } from "./nats/transport.ts";

/** A transport, with how many messages of one of its clients may wait to be published. */
export interface BoundedTransport extends Transport {
  readonly queueSize: number;
}

/** All of them; `hosts` judges where they connect to. */
export function transportsOf(config: Config, hosts: Hosts): readonly BoundedTransport[] {
  return [
    { ...mqttTransport(mqttSettingsOf(config)), queueSize: config.mqttMaxQueueSize },
    { ...kafkaTransport(kafkaSettingsOf(config), hosts), queueSize: config.kafkaProducerQueueSize },
    { ...natsTransport(natsSettingsOf(config), hosts), queueSize: config.natsQueueSize },
    { ...httpPushTransport(httpPushSettingsOf(config), hosts), queueSize: config.httpPushMaxQueueSize },
  ];
}

const kafkaSettingsOf = (config: Config): KafkaSettings => ({
  throttling: config.kafkaThrottlingEnabled
    ? {
        limit: config.kafkaThrottlingLimit,
        interval: config.kafkaThrottlingInterval,
        maxInFlight: Math.floor(config.kafkaThrottlingLimit * config.kafkaThrottlingMaxInFlightFactor),
        tolerance: config.kafkaThrottlingTolerance,
      }
    : undefined,
  restartBackOff: {
    min: config.kafkaRestartBackOffMin,
    max: config.kafkaRestartBackOffMax,
    randomFactor: config.kafkaRestartBackOffRandomFactor,
  },
  fetchMaxWait: config.kafkaFetchMaxWait,
  metadataMaxAge: config.kafkaMetadataMaxAge,
  sessionTimeout: config.kafkaSessionTimeout,
  heartbeatInterval: config.kafkaHeartbeatInterval,
  committer: { maxBatch: config.kafkaCommitterMaxBatch, maxInterval: config.kafkaCommitterMaxInterval },
  producer: {
    queueSize: config.kafkaProducerQueueSize,
    parallelism: config.kafkaProducerParallelism,
    compression: config.kafkaProducerCompression,
    restarts: {
      min: config.kafkaProducerBackOffMin,
      max: config.kafkaProducerBackOffMax,
      randomFactor: config.kafkaProducerBackOffRandomFactor,
      maxCount: config.kafkaProducerMaxRestarts,
      within: config.kafkaProducerMaxRestartsWithin,
    },
  },
});

const natsSettingsOf = (config: Config): NatsSettings => ({
  throttling: config.natsThrottlingEnabled
    ? { limit: config.natsThrottlingLimit, interval: config.natsThrottlingInterval }
    : undefined,
  fetchSize: config.natsFetchSize,
  bufferSize: config.natsBufferSize,
  ackWait: config.natsAckWait,
  maxAckPending: config.natsMaxAckPending,
  redeliveryBackOff: { min: config.natsRedeliveryBackOffMin, max: config.natsRedeliveryBackOffMax },
  producer: {
    queueSize: config.natsQueueSize,
    maxInFlight: config.natsMaxInFlight,
    answerWithin: config.natsAnswerWithin,
  },
  pingInterval: config.natsPingInterval,
});

const httpPushSettingsOf = (config: Config): HttpPushSettings => ({
  maxQueueSize: config.httpPushMaxQueueSize,
  requestTimeout: config.httpPushRequestTimeout,
  omitRequestBody: config.httpPushOmitRequestBodyMethods,
  proxy:
    config.httpPushProxyEnabled && config.httpPushProxyHost !== undefined
      ? {
          host: config.httpPushProxyHost,
          port: config.httpPushProxyPort,
          ...(config.httpPushProxyUsername !== undefined && { username: config.httpPushProxyUsername }),
          ...(config.httpPushProxyPassword !== undefined && { password: config.httpPushProxyPassword }),
        }
      : undefined,
  maxClockSkew: config.httpPushMaxClockSkew,
  enforceHttps: config.httpPushEnforceHttps,
  maxAnswerBytes: config.issuedAcknowledgementMaxBytes,
});
