import { test } from "vitest";
import { startServer } from "../support/server.ts";
import { needTools } from "./tools.ts";
import { follow, readPage } from "./tour.ts";

test("the tour of predictions goes as its page says", { timeout: 600_000 }, async () => {
  await needTools({ curl: "curl", python3: "python3-venv" });
  await using server = await startServer({ env: { DEVOPS_PASSWORD: "secret" } });
  const { hostname, port } = new URL(server.url);
  await follow(readPage("predictions"), {
    "http://127.0.0.1:8080": server.url,
    '"127.0.0.1", 8080': `"${hostname}", ${port}`,
  });
});
