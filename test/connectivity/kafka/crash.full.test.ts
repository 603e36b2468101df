// This server dies, not the broker.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";
import { startKafka } from "../../support/brokers/kafka.ts";
import { openClient, outside, textOf } from "./world.ts";

const program = fileURLToPath(new URL("holding-program.ts", import.meta.url));
const soon = { timeout: 30_000, interval: 100 };

test("after a client was killed, its group gets all again that it had not settled, and nothing that was committed", async () => {
  await using kafka = await startKafka();
  await using others = outside(kafka.plainPort, false);
  const texts = Array.from({ length: 50 }, (_, index) => `m${index}`);
  await others.write(
    "crash",
    texts.map((value) => ({ value, partition: 0 })),
  );
  const child = spawn(process.execPath, [program, String(kafka.plainPort), "crash", "30"], {
    stdio: "ignore",
  });
  await vi.waitFor(async () => expect((await others.committed("crash", "crash"))[0]).toBe(30), soon);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect((await others.committed("crash", "crash"))[0]).toBe(30);

  await using client = await openClient({
    port: kafka.plainPort,
    id: "crash",
    sources: [{ addresses: ["crash"] }],
  });
  await vi.waitFor(() => expect(client.received.map(textOf)).toEqual(texts.slice(30)), soon);
}, 120_000);
