import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { expect, test } from "vitest";
import { lockFolder } from "../../src/journal/folder-lock.ts";
import { embedded } from "./storages.ts";

const lockFile = new URL("../../src/journal/folder-lock.ts", import.meta.url).href;

/** Another process that takes the folder, says `taken` or why not, and stays. */
function otherServer(dataDir: string) {
  const script = `
    import { lockFolder } from ${JSON.stringify(lockFile)};
    try { globalThis.lock = lockFolder(${JSON.stringify(dataDir)}); console.log("taken"); }
    catch (error) { console.log(error.message); }
    setInterval(() => {}, 1_000);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  return {
    said: once(child.stdout.setEncoding("utf8"), "data").then(([text]) => String(text).trim()),
    kill: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

test("a second server is refused, told the folder and what to do", async () => {
  await using storage = await embedded();
  const { dataDir } = storage.options;
  const lock = lockFolder(dataDir);

  const other = otherServer(dataDir);
  const refusal = await other.said;
  await other.kill();

  expect(refusal).toContain(dataDir);
  expect(refusal).toContain("DATA_DIR");
  expect(() => lockFolder(dataDir)).toThrow(refusal);
  lock.release();
  lockFolder(dataDir).release();
});

test("a killed server leaves nothing that refuses the next", async () => {
  await using storage = await embedded();
  const { dataDir } = storage.options;
  const other = otherServer(dataDir);
  expect(await other.said).toBe("taken");
  expect(() => lockFolder(dataDir)).toThrow("in use");

  await other.kill();

  lockFolder(dataDir).release();
});

test("of many that come at once one is admitted", async () => {
  await using storage = await embedded();
  const { dataDir } = storage.options;
  await rm(dataDir, { recursive: true });

  const servers = Array.from({ length: 5 }, () => otherServer(dataDir));
  const said = await Promise.all(servers.map((server) => server.said));
  await Promise.all(servers.map((server) => server.kill()));

  expect(said.filter((text) => text === "taken")).toHaveLength(1);
});
