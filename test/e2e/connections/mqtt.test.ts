import { startMosquitto } from "../../support/brokers/mosquitto.ts";
import { mqttStranger } from "../../support/connections/mqtt.ts";
import { describeConversing } from "./conversing.ts";

const versions = [
  { name: "MQTT 3.1.1", type: "mqtt" },
  { name: "MQTT 5", type: "mqtt-5" },
] as const;

describeConversing(
  versions.map(({ name, type }) => ({
    ...{ name, slug: type, heals: true },
    startBroker: () => startMosquitto(),
    meet: ({ port }) => mqttStranger(type, port),
  })),
  "pglite",
);
