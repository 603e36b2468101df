// How a process ends, by real processes.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const entry = fileURLToPath(new URL("./process-end-child.ts", import.meta.url));

/** Starts the child in a mode, does something once it is ready, and gives its exit code and what it logged. */
async function run(mode: string, then: (child: ReturnType<typeof spawn>) => unknown = () => undefined) {
  const child = spawn(process.execPath, [entry, mode], { stdio: ["ignore", "pipe", "pipe"] });
  let logged = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    logged += text;
  });
  child.stdout.once("data", () => then(child));
  const [code] = await once(child, "close");
  return { code: code as number | null, logged };
}

test("a signal stops it in order, with 0", async () => {
  expect(await run("orderly", (child) => child.kill("SIGTERM"))).toMatchObject({ code: 0 });
});

test("what hangs is named, and the process ends with 1", async () => {
  const { code, logged } = await run("hanging", (child) => child.kill("SIGTERM"));
  expect(code).toBe(1);
  expect(JSON.parse(logged.trim().split("\n")[0] as string)).toMatchObject({
    level: "error",
    step: "connections",
  });
});

test("a second signal ends it at once", async () => {
  const begun = performance.now();
  const { code } = await run("very-hanging", (child) => {
    child.kill("SIGINT");
    setTimeout(() => child.kill("SIGINT"), 200);
  });
  expect(code).toBe(1);
  expect(performance.now() - begun).toBeLessThan(8_000);
});

test.each(["throws", "rejects"])("a process that %s says why and ends with 70", async (mode) => {
  const { code, logged } = await run(mode);
  expect(code).toBe(70);
  expect(JSON.parse(logged.trim())).toMatchObject({
    level: "fatal",
    err: { message: "nobody expected this" },
  });
});
