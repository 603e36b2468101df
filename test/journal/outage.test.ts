import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openJournal } from "../../src/journal/open.ts";
import { WRITER_LIMITS } from "../../src/journal/writer.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { append, revisionsOf, row, upTo } from "./appends.ts";

describe("a PostgreSQL that goes away", () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startPostgres({ own: true });
  });
  afterAll(async () => {
    await postgres?.[Symbol.asyncDispose]();
  });

  test("costs no acknowledged row, leaves no gap, and is forgotten when it is back", async () => {
    const databaseUrl = await postgres.createDatabase("outage");
    const journal = await openJournal({ databaseUrl, dataDir: "unused" });
    let stopped = false;
    const writers = upTo(8).map((writer) => writeUntil(journal, `ns:writer-${writer}`, () => stopped));
    await atLeast(writers, 50);

    await postgres.stop();
    expect(await append(journal, row("ns:meanwhile", 1))).toBe("JournalUnavailable");
    await expect(journal.load("thing", "ns:meanwhile")).rejects.toThrow(
      expect.objectContaining({ name: "JournalUnavailable" }),
    );
    await expect(journal.storeSnapshots([])).resolves.toBeUndefined();
    await postgres.start();

    const before = Math.max(...writers.map(({ acknowledged }) => acknowledged));
    await atLeast(writers, before + 50);
    stopped = true;
    await Promise.all(writers.map(({ done }) => done));
    for (const { id, acknowledged, refusals } of writers) {
      const { tail } = await journal.load("thing", id);
      expect(revisionsOf(tail)).toEqual(upTo(tail.length));
      expect(tail.length).toBeGreaterThanOrEqual(acknowledged);
      expect(refusals.every((name) => name === "JournalUnavailable" || name === "RevisionTaken")).toBe(true);
    }
    await journal.close();
  });

  test("is waited for at close no longer than appends may wait", async () => {
    const databaseUrl = await postgres.createDatabase("outage_close");
    const limits = { ...WRITER_LIMITS, waitMs: 50 };
    const journal = await openJournal({ databaseUrl, dataDir: "unused", limits });
    await postgres.stop();
    const results = upTo(10).map((revision) => append(journal, row("ns:lost", revision)));

    await journal.close();

    expect(new Set(await Promise.all(results))).toEqual(new Set(["JournalUnavailable"]));
    await postgres.start();
  });
});

interface Writing {
  readonly id: string;
  /** The highest revision told as committed. */
  acknowledged: number;
  readonly refusals: string[];
  readonly done: Promise<void>;
}

/** Writes revision after revision as an entity does: after a failure it first reads again what is there. */
function writeUntil(
  journal: Awaited<ReturnType<typeof openJournal>>,
  id: string,
  stopped: () => boolean,
): Writing {
  const write = async () => {
    let revision = 1;
    while (!stopped()) {
      const told = await append(journal, row(id, revision));
      if (told === "committed") {
        writing.acknowledged = revision++;
        continue;
      }
      writing.refusals.push(told);
      revision = (await newestRevision(journal, id)) + 1;
    }
  };
  const start = Promise.withResolvers<void>();
  const writing: Writing = { id, acknowledged: 0, refusals: [], done: start.promise.then(write) };
  start.resolve();
  return writing;
}

async function newestRevision(journal: Awaited<ReturnType<typeof openJournal>>, id: string): Promise<number> {
  for (;;) {
    try {
      return (await journal.load("thing", id)).tail.at(-1)?.revision ?? 0;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

async function atLeast(writers: readonly Writing[], revision: number): Promise<void> {
  while (writers.some(({ acknowledged }) => acknowledged < revision)) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
