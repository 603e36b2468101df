import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const run = "scripts/run.mjs";

test("a launcher hands over arguments and exit code", () => {
  const { status, stdout } = spawnSync(
    process.execPath,
    [run, "-e", "console.log(process.version, process.argv.slice(1).join()); process.exit(7)", "a", "b"],
    { cwd: root, encoding: "utf8" },
  );

  expect(stdout.trim()).toBe(`${process.version} a,b`);
  expect(status).toBe(7);
});

test("an empty password is refused in one sentence", () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [run, "src/main.ts", "hash-password"], {
    cwd: root,
    encoding: "utf8",
    input: "\n",
  });

  expect(stderr).toBe("Password:\nA password has at least one character.\n");
  expect([status, stdout]).toEqual([1, ""]);
});

test.each(["SIGINT", "SIGTERM"] as const)("a launcher passes %s on", async (signal) => {
  const script = `process.on("${signal}", () => process.exit(9)); setInterval(() => {}, 1000); console.log("up")`;
  const child = spawn(process.execPath, [run, "-e", script], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");

  child.kill(signal);

  expect(await once(child, "exit")).toEqual([9, null]);
});
