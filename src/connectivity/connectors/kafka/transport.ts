// Apache Kafka (connectivity-protocol-bindings-kafka2 page).

import type { Transport } from "../connector.ts";
import { KafkaConnector } from "./connector.ts";
import { boundDecompression } from "./decompression.ts";
import type { CheckHost } from "./hosts.ts";
import type { KafkaSettings } from "./settings.ts";
import { takeStrayErrors } from "./stray-errors.ts";
import { validateKafka } from "./validate.ts";

/** `checkHost` is asked for brokers that `bootstrapServers` names or the cluster tells of, before they are connected to. */
export function kafkaTransport(settings: KafkaSettings, checkHost: CheckHost): Transport {
  boundDecompression();
  takeStrayErrors();
  return {
    types: ["kafka"],
    schemes: { tcp: { isSecure: false, port: 9092 }, ssl: { isSecure: true, port: 9092 } },
    validate: validateKafka,
    connector: (parts) => new KafkaConnector(parts, settings, checkHost),
  };
}
