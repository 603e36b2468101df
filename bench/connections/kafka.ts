import type { Inlet } from "./inbound.ts";
import { kafkaSource } from "./kafka-source.ts";

/** Apache Kafka at a port of this machine. What binds is the slower one of its library and of the journal. */
export const kafkaInlet = (port: number): Inlet => ({
  name: "Kafka",
  port,
  keeps: "for all",
  fill: "load/fill-kafka.ts",
  bare: "peers/bare-kafka.ts",
  where: (round) => ({ address: `in-${round}` }),
  connection: ({ address }, source) => kafkaSource(port, address, source),
  limit: ({ bare, journal }) => Math.min(bare, journal),
});
