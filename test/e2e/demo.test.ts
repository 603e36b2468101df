import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { startServer } from "../support/server.ts";

const demo = fileURLToPath(new URL("../../demo/main.ts", import.meta.url));
const small = ["--factories", "2", "--sensors", "3", "--rate", "50", "--seconds", "2"];

const runDemo = (args: readonly string[]) => promisify(execFile)(process.execPath, [demo, ...args]);

test("the demo runs on a server of its own and sums up what it did", { timeout: 60_000 }, async () => {
  const { stdout } = await runDemo(small);

  expect(stdout).toMatch(/^Totals: 2 factories, 6 twins, .* 0 errors$/m);
  const [, readings, events] = /(\d+) readings acknowledged .*?(\d+) events seen/.exec(stdout) ?? [];
  expect(Number(readings)).toBeGreaterThan(20);
  expect(events).toBe(readings);
  const [, scores] = /^Bearings: (\d+) scores seen/m.exec(stdout) ?? [];
  expect(Number(scores)).toBeGreaterThan(5);
});

test("the demo removes what it made on a server it was given", { timeout: 60_000 }, async () => {
  await using server = await startServer();

  await runDemo([...small, "--url", server.url]);

  const left = await server.fetch("/api/2/things");
  expect(await left.json()).toEqual([]);
  for (const policy of ["factory-1", "predictors"])
    expect((await server.fetch(`/api/2/policies/org.pollux.demo:${policy}`)).status).toBe(404);
  expect(await (await server.fetch("/api/2/predictors")).json()).toEqual([]);
});
