// Expiring subjects on real databases and by the real clock: what one server leaves behind, the next one finds.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, test, vi } from "vitest";
import { openJournal } from "../../../src/journal/open.ts";
import { embedded, storages } from "../../journal/storages.ts";
import { announcingWorld, inMillis, policyOf } from "./world.ts";

const COUNT = 60;
const ids = Array.from({ length: COUNT }, (_, i) => `org.acme:p${i}`);

describe.each(storages)("expiring subjects on $name", ({ openStorage }) => {
  test("are deleted by a server that is started later, each once, and announced by it", async () => {
    await using storage = await openStorage();
    const first = await openJournal(storage.options);
    const before = announcingWorld(first);
    const announcement = { whenDeleted: true };
    const subjects = {
      "x:soon": { type: "t", expiry: inMillis(1_500), announcement },
      "x:late": { type: "t", expiry: inMillis(3_600_000), announcement },
    };
    await Promise.all(ids.map((id) => before.ask("create", "/", policyOf(subjects), id)));
    // As if it had been killed: nothing but what is committed is left.
    before.watch.stop();
    await first.close();
    await setTimeout(1_500);

    const second = await openJournal(storage.options);
    const after = announcingWorld(second);
    after.watch.start();
    await vi.waitFor(() => expect(after.announced).toHaveLength(COUNT), { timeout: 10_000 });

    expect(after.announced.every(({ subjects: told }) => told[0] === "x:soon")).toBe(true);
    expect(await Promise.all(ids.map((id) => after.guests(id)))).toEqual(ids.map(() => ["x:late"]));
    const dues = await second.listDue({ due: -1, id: "" }, 1_000);
    expect(dues.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
    expect(Math.min(...dues.map(({ due }) => due))).toBeGreaterThan(Date.now() + 3_000_000);
    after.watch.stop();
    await second.close();

    const third = await openJournal(storage.options);
    const last = announcingWorld(third);
    last.watch.start();
    await setTimeout(200);
    expect(last.announced).toEqual([]);
    expect(last.watch.sizes).toEqual({ policies: COUNT, subjects: 0 });
    last.watch.stop();
    await third.close();
  });
});

test("after kill -9 in the midst of deletions all that expired are deleted, each by one event", async () => {
  await using storage = await embedded();
  const made = await runAndKill(storage.options.dataDir, 2_000);
  const journal = await openJournal(storage.options);
  const { watch, guests } = announcingWorld(journal);

  watch.start();
  await vi.waitFor(async () => expect(await journal.listDue({ due: -1, id: "" }, 1)).toEqual([]), {
    timeout: 20_000,
  });

  expect(made.length).toBeGreaterThan(20);
  for (const id of made) {
    expect(await guests(id)).toEqual([]);
    const rows = await journal.readEvents("policy", id, 1, 10, 10);
    expect(rows.map(({ action }) => action)).toEqual(["created", "deleted"]);
  }
  watch.stop();
  await journal.close();
}, 60_000);

/** Lets a server run for a while before it is killed; resolves with the policies that it acknowledged. */
async function runAndKill(dataDir: string, millis: number): Promise<readonly string[]> {
  const program = fileURLToPath(new URL("server-to-kill.ts", import.meta.url));
  const child = spawn(process.execPath, [program, dataDir], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "close");
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  await once(child.stdout, "data");
  await setTimeout(millis);
  child.kill("SIGKILL");
  await exited;
  return said.split("\n").slice(0, -1);
}
