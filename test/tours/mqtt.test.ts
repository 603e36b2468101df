import { test } from "vitest";
import { startMosquitto } from "../support/brokers/mosquitto.ts";
import { startServer } from "../support/server.ts";
import { needTools } from "./tools.ts";
import { follow, readPage } from "./tour.ts";

test("the tour of MQTT goes as its page says", { timeout: 120_000 }, async () => {
  await needTools({ curl: "curl", mosquitto_pub: "mosquitto-clients", mosquitto_sub: "mosquitto-clients" });
  await using broker = await startMosquitto();
  await using server = await startServer({ env: { DEVOPS_PASSWORD: "secret" } });
  await follow(readPage("mqtt"), {
    "http://127.0.0.1:8080": server.url,
    "tcp://127.0.0.1:1883": broker.uri,
    "-p 1883": `-p ${broker.port}`,
  });
});
