import { startMockKafka } from "../../support/brokers/kcat.ts";
import { kafkaStranger } from "../../support/connections/kafka.ts";
import { describeConversing } from "./conversing.ts";

// The mock forgets all when it ends; kafka.full.test.ts has Kafka come back.
describeConversing({
  name: "Kafka (a mock)",
  startBroker: () => startMockKafka(),
  meet: ({ port }) => kafkaStranger(port, true),
  heals: false,
});
