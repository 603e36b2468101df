import { test } from "vitest";
import { startKafka } from "../support/brokers/kafka.ts";
import { startServer } from "../support/server.ts";
import { needTools } from "./tools.ts";
import { follow, readPage } from "./tour.ts";

test("the tour of Kafka goes as its page says", { timeout: 240_000 }, async () => {
  await needTools({ curl: "curl", kcat: "kcat" });
  await using broker = await startKafka();
  await using server = await startServer({ env: { DEVOPS_PASSWORD: "secret" } });
  await follow(readPage("kafka"), {
    "http://127.0.0.1:8080": server.url,
    "127.0.0.1:9092": `127.0.0.1:${broker.plainPort}`,
  });
});
