import { startNats } from "../../support/brokers/nats.ts";
import { natsStranger } from "../../support/connections/nats.ts";
import { describeConversing } from "./conversing.ts";

const kinds = [
  { name: "core NATS", slug: "core", isStream: false },
  { name: "JetStream", slug: "stream", isStream: true },
];

describeConversing(
  kinds.map(({ name, slug, isStream }) => ({
    ...{ name, slug, heals: true },
    startBroker: () => startNats(),
    meet: ({ port }) => natsStranger(port, { isStream }),
  })),
);
