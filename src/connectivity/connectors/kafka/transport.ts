// Apache Kafka (connectivity-protocol-bindings-kafka2 page).

import type { Transport } from "../connector.ts";
import { KafkaConnector } from "./connector.ts";
import type { KafkaHosts } from "./hosts.ts";
import type { KafkaSettings } from "./settings.ts";
import { takeStrayErrors } from "./stray-errors.ts";
import { validateKafka } from "./validate.ts";

/** `hosts` judges all brokers, those of `bootstrapServers` and those that the cluster tells of. */
export function kafkaTransport(settings: KafkaSettings, hosts: KafkaHosts): Transport {
  takeStrayErrors();
  return {
    types: ["kafka"],
    schemes: { tcp: { isSecure: false, port: 9092 }, ssl: { isSecure: true, port: 9092 } },
    validate: validateKafka,
    connector: (parts) => new KafkaConnector(parts, settings, hosts),
  };
}
