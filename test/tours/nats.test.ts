import { test } from "vitest";
import { startNats } from "../support/brokers/nats.ts";
import { startServer } from "../support/server.ts";
import { needTools } from "./tools.ts";
import { follow, readPage } from "./tour.ts";

test("the tour of NATS goes as its page says", { timeout: 120_000 }, async () => {
  await needTools({ curl: "curl" });
  await using broker = await startNats();
  await using server = await startServer({ env: { DEVOPS_PASSWORD: "secret" } });
  await follow(readPage("nats"), {
    "http://127.0.0.1:8080": server.url,
    "127.0.0.1:4222": `127.0.0.1:${broker.port}`,
  });
});
