import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { openJournal } from "../../src/journal/open.ts";
import { revisionsOf, upTo } from "./appends.ts";
import { embedded } from "./storages.ts";

const ROUNDS = 3;
const program = fileURLToPath(new URL("kill-writer.ts", import.meta.url));

test("what the embedded database acknowledged is there after kill -9, round after round", async () => {
  await using storage = await embedded();
  const { dataDir } = storage.options;
  const acknowledged = new Map<string, number>();

  for (let round = 1; round <= ROUNDS; round++) {
    await writeAndKill(dataDir, acknowledged, 2_000 + round * 777);

    const journal = await openJournal({ dataDir });
    for (const [id, revision] of acknowledged) {
      const found = revisionsOf((await journal.load("thing", id)).tail);
      expect(found).toEqual(upTo(found.length));
      expect(found.length).toBeGreaterThanOrEqual(revision);
    }
    await journal.close();
  }
}, 60_000);

/** Lets the program write, and kills it in the middle of it once it has acknowledged so many rows. */
async function writeAndKill(dataDir: string, acknowledged: Map<string, number>, rows: number): Promise<void> {
  const child = spawn(process.execPath, [program, dataDir], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "close");
  let rest = "";
  let count = 0;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      const [id, revision] = line.split(" ");
      acknowledged.set(id!, Number(revision));
    }
    count += lines.length;
    if (count >= rows) child.kill("SIGKILL");
  });
  const [, signal] = await exited;
  expect(signal).toBe("SIGKILL");
}
