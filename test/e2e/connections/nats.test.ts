import { startNats } from "../../support/brokers/nats.ts";
import { natsStranger } from "../../support/connections/nats.ts";
import { describeConversing } from "./conversing.ts";

for (const isStream of [false, true])
  describeConversing({
    name: isStream ? "JetStream" : "core NATS",
    startBroker: () => startNats(),
    meet: ({ port }) => natsStranger(port, { isStream }),
    heals: true,
  });
