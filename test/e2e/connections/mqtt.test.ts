import { startMosquitto } from "../../support/brokers/mosquitto.ts";
import { mqttStranger } from "../../support/connections/mqtt.ts";
import { describeConversing } from "./conversing.ts";

for (const type of ["mqtt", "mqtt-5"] as const)
  describeConversing({
    name: type,
    startBroker: () => startMosquitto({ persistence: "stopped" }),
    meet: ({ port }) => mqttStranger(type, port),
    heals: true,
  });
