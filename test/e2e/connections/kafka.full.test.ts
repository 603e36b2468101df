import { startKafka } from "../../support/brokers/kafka.ts";
import { kafkaStranger } from "../../support/connections/kafka.ts";
import { describeConversing } from "./conversing.ts";

describeConversing([
  {
    name: "Kafka",
    slug: "kafka",
    startBroker: async () => {
      const kafka = await startKafka();
      return Object.assign(kafka, { port: kafka.plainPort });
    },
    meet: ({ port }) => kafkaStranger(port, false),
    heals: true,
  },
]);
