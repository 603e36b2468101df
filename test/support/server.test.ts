import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { startServer } from "./server.ts";

const echo = "test/support/fake-server.ts";

const alive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test("a server is ready when it has said so, and gone with its data afterwards", async () => {
  const server = await startServer({ entry: echo });

  const reply = await (await server.fetch("/api/2/things")).json();

  expect(reply).toEqual({ path: "/api/2/things", authorization: "Basic ZGl0dG86ZGl0dG8=" });
  await server[Symbol.asyncDispose]();
  expect(alive(server.pid)).toBe(false);
  expect(existsSync(server.dataDir)).toBe(false);
});

test("stop asks, kill does not", async () => {
  await using asked = await startServer({ entry: echo });
  await using killed = await startServer({ entry: echo });

  expect(await asked.stop()).toBe(0);
  await killed.kill();
  expect(asked.stdout()).toContain("stopped in order");
  expect(killed.stdout()).not.toContain("stopped in order");
  expect(existsSync(killed.dataDir)).toBe(true);
});

test("a server that ends before it is ready is told with its output", async () => {
  const starting = startServer({ entry: echo, env: { FAKE_FAILURE: "no such folder" } });

  await expect(starting).rejects.toThrow(/code 3 before it was ready[\s\S]*no such folder/);
});

test("a server that is not ready in time is ended", async () => {
  const starting = startServer({ entry: echo, env: { FAKE_SILENCE: "yes" }, readyWithinMs: 500 });

  await expect(starting).rejects.toThrow(/not ready within 500 ms/);
});
