import { afterEach, describe, expect, test } from "vitest";
import { DatabaseError, UNIQUE_VIOLATION } from "../../src/journal/database.ts";
import type { JournalObservation, JournalRow } from "../../src/journal/journal.ts";
import type { WriterLimits } from "../../src/journal/sink.ts";
import { WRITER_LIMITS, Writer } from "../../src/journal/writer.ts";
import { append, revisionsOf, row, upTo } from "./appends.ts";

/** A database whose every batch waits for the test to say how it ends. */
class FakeSink {
  lanes = 1;
  readonly batches: (readonly JournalRow[])[] = [];
  readonly used = new Set<string>();
  up = true;
  #pending: PromiseWithResolvers<void>[] = [];
  #arrivals: (() => void)[] = [];

  insert = (_lane: number, rows: readonly JournalRow[]): Promise<void> => {
    this.batches.push(rows);
    const pending = Promise.withResolvers<void>();
    this.#pending.push(pending);
    for (const arrival of this.#arrivals.splice(0)) arrival();
    return pending.promise;
  };

  taken = (rows: readonly JournalRow[]): Promise<Set<string>> =>
    Promise.resolve(new Set(rows.map(({ id }) => id).filter((id) => this.used.has(id))));

  probe = (): Promise<void> => (this.up ? Promise.resolve() : Promise.reject(new Error("still away")));

  /** The rows of the next batch, once it is there. */
  async batch(): Promise<readonly JournalRow[]> {
    while (this.#pending.length === 0) await new Promise<void>((arrived) => this.#arrivals.push(arrived));
    return this.batches.at(-1)!;
  }

  async commit(): Promise<void> {
    await this.batch();
    this.#pending.shift()!.resolve();
  }

  async fail(error: Error = new DatabaseError("connection lost", undefined)): Promise<void> {
    await this.batch();
    this.#pending.shift()!.reject(error);
  }
}

describe("the writer", () => {
  let writer: Writer | undefined;
  let facts: JournalObservation[] = [];
  const open = (sink: FakeSink, limits: Partial<WriterLimits> = {}): Writer => {
    facts = [];
    writer = new Writer(sink, { ...WRITER_LIMITS, waitMs: 60_000, ...limits }, (fact) => facts.push(fact));
    return writer;
  };
  afterEach(async () => {
    await writer?.close();
  });

  test("gathers what comes in one turn, and what comes while a batch is in flight", async () => {
    const sink = new FakeSink();
    open(sink);

    const first = upTo(3).map((i) => append(writer!, row(`ns:a${i}`, 1)));
    expect(await sink.batch()).toHaveLength(3);
    const second = upTo(5).map((i) => append(writer!, row(`ns:b${i}`, 1)));
    await sink.commit();
    await Promise.all(first);

    expect(await sink.batch()).toHaveLength(5);
    await sink.commit();
    await Promise.all(second);
    expect(sink.batches).toHaveLength(2);
  });

  test("sends the next batch before it tells of the last", async () => {
    const sink = new FakeSink();
    open(sink);
    let batchesWhenTold = 0;
    writer!.append([row("ns:a", 1)], () => {
      batchesWhenTold = sink.batches.length;
    });
    await sink.batch();
    const next = append(writer!, row("ns:b", 1));

    await sink.commit();
    await sink.commit();

    expect(await next).toBe("committed");
    expect(batchesWhenTold).toBe(2);
  });

  test("keeps batches within their bounds, and an append together whatever its size", async () => {
    const sink = new FakeSink();
    open(sink, { batchRows: 4, batchBytes: 10_000 });
    const all = Promise.all([
      append(writer!, ...upTo(3).map((revision) => row("ns:three", revision))),
      append(writer!, row("ns:one", 1), row("ns:one", 2)),
      append(writer!, ...upTo(6).map((revision) => row("ns:six", revision))),
      append(writer!, row("ns:big", 1, { value: "1".repeat(9_000) })),
      append(writer!, row("ns:big", 2, { value: "1".repeat(9_000) })),
    ]);

    for (let i = 0; i < 5; i++) await sink.commit();

    await all;
    expect(sink.batches.map((batch) => batch.length)).toEqual([3, 2, 6, 1, 1]);
  });

  test.each([
    ["rows", { queueRows: 3 }, "1"],
    ["bytes", { queueBytes: 1_000 }, "1".repeat(300)],
  ])("refuses at once beyond its bound of %s, and accepts again below it", async (_, limits, value) => {
    const sink = new FakeSink();
    open(sink, limits);
    const accepted = upTo(2).map((revision) => append(writer!, row("ns:a", revision, { value })));
    await sink.batch();

    let told: string | undefined;
    writer!.append([row("ns:a", 3, { value }), row("ns:a", 4, { value })], (error) => {
      told = error?.name;
    });

    expect(told).toBe("JournalUnavailable");
    await sink.commit();
    await Promise.all(accepted);
    const later = append(writer!, row("ns:a", 3, { value }));
    await sink.commit();
    expect(await later).toBe("committed");
  });

  test("fails with a batch what was queued behind it for its ids, and nothing else", async () => {
    const sink = new FakeSink();
    open(sink, { batchRows: 2 });
    const told: string[] = [];
    const note = (id: string, revision: number) =>
      writer!.append([row(id, revision)], (error) =>
        told.push(`${id} ${revision} ${error?.name ?? "committed"}`),
      );
    note("a", 1);
    note("b", 1);
    note("a", 2);
    note("c", 1);
    note("b", 2);
    note("a", 3);

    await sink.fail();
    expect((await sink.batch()).map(({ id }) => id)).toEqual(["c"]);
    await sink.commit();
    await writer!.close();

    const lost = ["a 1", "b 1", "a 2", "b 2", "a 3"].map((which) => `${which} JournalUnavailable`);
    expect(told).toEqual([...lost, "c 1 committed"]);
    expect(facts.map(({ what }) => what)).toEqual(["journal-lost", "journal-back"]);
  });

  test("lets appends wait for a database that is away, but not longer than they may", async () => {
    const sink = new FakeSink();
    open(sink, { waitMs: 30 });
    sink.up = false;
    const lost = append(writer!, row("ns:a", 1));
    await sink.fail();
    expect(await lost).toBe("JournalUnavailable");

    expect(await append(writer!, row("ns:b", 1))).toBe("JournalUnavailable");
    expect(sink.batches).toHaveLength(1);

    sink.up = true;
    const back = new Promise<void>((resolve) => {
      const retry = () =>
        void append(writer!, row("ns:b", 1)).then((told) => (told === "committed" ? resolve() : retry()));
      retry();
    });
    await sink.commit();
    await back;
  });

  test("does not tell of a queued append before one of the same id in flight", async () => {
    const sink = new FakeSink();
    open(sink, { waitMs: 20 });
    const told: string[] = [];
    writer!.append([row("ns:a", 1)], () => told.push("first"));
    await sink.batch();
    writer!.append([row("ns:a", 2)], (error) => told.push(`second ${error?.name ?? "committed"}`));

    // It waits too long, and so does one of another id, by which the test knows that it does.
    expect(await append(writer!, row("ns:other", 1))).toBe("JournalUnavailable");
    expect(told).toEqual([]);
    await sink.commit();
    await sink.commit();
    await writer!.close();

    expect(told).toEqual(["first", "second committed"]);
  });

  test("tries a batch again without the ids whose revisions are in use", async () => {
    const sink = new FakeSink();
    open(sink);
    sink.used.add("ns:used");
    const results = Promise.all([
      append(writer!, row("ns:a", 1)),
      append(writer!, row("ns:used", 1)),
      append(writer!, row("ns:a", 2)),
    ]);

    await sink.fail(new DatabaseError("duplicate key", UNIQUE_VIOLATION));
    expect(revisionsOf(await sink.batch())).toEqual([1, 2]);
    await sink.commit();

    expect(await results).toEqual(["committed", "RevisionTaken", "committed"]);
    expect(facts).toEqual([]);
  });

  test("writes one append after another where the data of a batch are refused, and fails those alone", async () => {
    const sink = new FakeSink();
    open(sink);
    const told: string[] = [];
    const note = (id: string, revision: number) =>
      writer!.append([row(id, revision)], (error) =>
        told.push(`${id} ${revision} ${error?.name ?? "committed"}`),
      );
    note("a", 1);
    note("bad", 1);
    note("bad", 2);
    note("a", 2);
    const refusal = new DatabaseError("value out of range", "22003");

    await sink.fail(refusal);
    note("bad", 3);
    note("b", 1);
    await sink.commit();
    await sink.fail(refusal);
    await sink.commit();
    await sink.commit();
    await writer!.close();

    const lost = ["bad 1 DataRefused", "bad 2 JournalUnavailable", "bad 3 JournalUnavailable"];
    expect(told).toEqual(["a 1 committed", ...lost, "a 2 committed", "b 1 committed"]);
    expect(sink.batches.map((batch) => batch.map(({ id }) => id))).toEqual([
      ["a", "bad", "bad", "a"],
      ["a"],
      ["bad"],
      ["a"],
      ["b"],
    ]);
    expect(facts).toEqual([]);
  });

  test("goes down with what is left of a batch when the database is lost while it is written piece by piece", async () => {
    const sink = new FakeSink();
    open(sink);
    const results = Promise.all(["a", "b", "c"].map((id) => append(writer!, row(id, 1))));

    await sink.fail(new DatabaseError("value out of range", "22003"));
    await sink.commit();
    await sink.fail();

    expect(await results).toEqual(["committed", "JournalUnavailable", "JournalUnavailable"]);
  });

  test("gives a batch up that is in conflict with nothing", async () => {
    const sink = new FakeSink();
    open(sink);
    const result = append(writer!, row("ns:a", 1));

    for (let i = 0; i < 6; i++) await sink.fail(new DatabaseError("duplicate key", UNIQUE_VIOLATION));

    expect(await result).toBe("JournalUnavailable");
  });

  test("has a batch in flight on each lane, one id always on the same", async () => {
    const sink = new FakeSink();
    sink.lanes = 4;
    open(sink, { batchRows: 10 });
    const results = Promise.all(
      upTo(400).map((i) => append(writer!, row(`ns:${i % 40}`, Math.floor((i - 1) / 40) + 1))),
    );
    const lanesOf = new Map<string, Set<number>>();
    const insert = sink.insert;
    sink.insert = (lane, rows) => {
      for (const { id } of rows) lanesOf.set(id, (lanesOf.get(id) ?? new Set()).add(lane));
      return insert(lane, rows);
    };

    let done = false;
    void results.then(() => {
      done = true;
    });
    while (!done) await Promise.race([sink.commit(), results]);

    expect(new Set(await results)).toEqual(new Set(["committed"]));
    expect([...lanesOf.values()].every((lanes) => lanes.size === 1)).toBe(true);
    expect(new Set([...lanesOf.values()].flatMap((lanes) => [...lanes])).size).toBe(4);
  });
});
