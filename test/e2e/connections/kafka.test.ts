import { startMockKafka } from "../../support/brokers/kcat.ts";
import { kafkaStranger } from "../../support/connections/kafka.ts";
import { describeConversing } from "./conversing.ts";

describeConversing([
  {
    name: "Kafka (a mock)",
    slug: "mock",
    startBroker: () => startMockKafka(),
    meet: ({ port }) => kafkaStranger(port, true),
    heals: false, // the mock forgets all when it ends; kafka.full.test.ts has Kafka come back
  },
]);
