import { describe, expect, test } from "vitest";
import type { Journal, SnapshotRow } from "../../src/journal/journal.ts";
import { openJournal } from "../../src/journal/open.ts";
import { append, revisionsOf, row, upTo } from "./appends.ts";
import { useJournal, wholeAndDivided } from "./storages.ts";

describe.each(wholeAndDivided)("the journal on $name", ({ openStorage }) => {
  let journal: Journal;
  useJournal(openStorage, (opened) => {
    journal = opened;
  });

  const snapshot = (
    id: string,
    revision: number,
    state: string | null = `{"at":${revision}}`,
  ): SnapshotRow => ({
    kind: "thing",
    id,
    revision,
    state,
    created: 1,
    modified: revision,
    metadata: null,
  });

  describe("append and load", () => {
    test("gives back every text as it went in", async () => {
      const rows = [
        row("ns:exact", 1, {
          action: "created",
          path: "",
          value: '{"b":1.0,"a":9007199254740993,"€":"\\u0000😀"}',
        }),
        row("ns:exact", 2, { path: "/attributes/ä~1ö", value: null, headers: '{"x":[1, 2]}' }),
        row("ns:exact", 3, { path: "\\N\t\n'\"{}", value: '"\\\\"' }),
        row("ns:exact", 4, { value: JSON.stringify("x".repeat(150_000)) }),
      ];

      expect(await append(journal, ...rows)).toBe("committed");

      expect(await journal.load("thing", "ns:exact")).toEqual({ snapshot: undefined, tail: rows });
    });

    test("takes a single row whose path, value and headers are all empty", async () => {
      const only = row("ns:empty", 1, { action: "deleted", path: "", value: null, headers: null });

      expect(await append(journal, only)).toBe("committed");

      expect((await journal.load("thing", "ns:empty")).tail).toEqual([only]);
    });

    test("commits and tells in the order of the appends", async () => {
      const told: number[] = [];
      await Promise.all(
        upTo(3_000).map(
          (revision) =>
            new Promise<void>((resolve) =>
              journal.append([row("ns:order", revision)], (error) => {
                if (error === undefined) told.push(revision);
                resolve();
              }),
            ),
        ),
      );

      expect(told).toEqual(upTo(3_000));
      expect(revisionsOf((await journal.load("thing", "ns:order")).tail)).toEqual(upTo(3_000));
    });

    test("knows nothing of an id it never saw", async () => {
      expect(await journal.load("policy", "ns:nobody")).toEqual({ snapshot: undefined, tail: [] });
    });

    test("keeps kinds of one id apart, and many loads in their order", async () => {
      const things = upTo(500).map((i) => row(`ns:many-${i}`, 1, { value: `"thing ${i}"` }));
      const policies = things.map((thing) => ({ ...thing, kind: "policy" as const, value: '"policy"' }));
      await Promise.all([...things, ...policies].map((one) => append(journal, one)));

      const loaded = await Promise.all(things.map(({ id }) => journal.load("thing", id)));

      expect(loaded.map(({ tail }) => tail[0])).toEqual(things);
    });
  });

  describe("a revision in use", () => {
    test("fails its own append as a whole and leaves those beside it alone", async () => {
      await append(journal, row("ns:used", 1));

      const results = await Promise.all([
        append(journal, row("ns:bystander", 1)),
        append(journal, row("ns:used", 1), row("ns:used", 1, { kind: "policy" })),
        append(journal, row("ns:bystander", 2)),
      ]);

      expect(results).toEqual(["committed", "RevisionTaken", "committed"]);
      expect((await journal.load("policy", "ns:used")).tail).toEqual([]);
    });

    test("fails what was decided on it", async () => {
      await append(journal, row("ns:stale", 1), row("ns:stale", 2));

      const results = await Promise.all(
        [2, 3, 4].map((revision) => append(journal, row("ns:stale", revision))),
      );

      expect(results).toEqual(["RevisionTaken", "RevisionTaken", "RevisionTaken"]);
      expect(revisionsOf((await journal.load("thing", "ns:stale")).tail)).toEqual([1, 2]);
    });

    test("by an append of the same moment: the first is committed", async () => {
      const results = await Promise.all(
        [1, 2, 2, 3].map((revision) => append(journal, row("ns:twice", revision))),
      );

      expect(results).toEqual(["committed", "committed", "RevisionTaken", "RevisionTaken"]);
    });
  });

  describe("snapshots", () => {
    test("stand for the rows up to theirs", async () => {
      await append(journal, ...upTo(5).map((revision) => row("ns:snapped", revision)));

      await journal.storeSnapshots([snapshot("ns:snapped", 3)]);

      const { snapshot: found, tail } = await journal.load("thing", "ns:snapped");
      expect(found).toEqual(snapshot("ns:snapped", 3));
      expect(revisionsOf(tail)).toEqual([4, 5]);
    });

    test("never go back, neither over time nor within one call", async () => {
      await journal.storeSnapshots([
        snapshot("ns:forth", 7),
        snapshot("ns:forth", 9),
        snapshot("ns:forth", 8),
      ]);
      await journal.storeSnapshots([snapshot("ns:forth", 8)]);
      await Promise.all(upTo(12).map((revision) => journal.storeSnapshots([snapshot("ns:forth", revision)])));
      await journal.storeSnapshots([snapshot("ns:forth", 11)]);

      expect((await journal.load("thing", "ns:forth")).snapshot).toEqual(snapshot("ns:forth", 12));
    });

    test("list the living in the order of code points, page by page", async () => {
      const ids = ["ns:Z", "ns:a", "ns:B", "ns:é", "ns:10", "ns:2", "ns:_"].map((id) => `list.${id}`);
      await journal.storeSnapshots([...ids, "list.ns:gone"].map((id) => snapshot(id, 1)));
      await journal.storeSnapshots([snapshot("list.ns:gone", 2, null)]);
      const ordered = ids.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

      const first = await journal.listIds("thing", "list.", 4);
      const second = await journal.listIds("thing", first.at(-1)!, 3);

      expect([...first, ...second]).toEqual(ordered);
      expect(await journal.listIds("policy", "list.", 4)).toEqual([]);
    });
  });

  test("reads a range of history", async () => {
    await append(journal, ...upTo(20).map((revision) => row("ns:history", revision)));
    const read = async (from: number, to: number, limit: number) =>
      revisionsOf(await journal.readEvents("thing", "ns:history", from, to, limit));

    expect(await read(5, 8, 100)).toEqual([5, 6, 7, 8]);
    expect(await read(5, 20, 2)).toEqual([5, 6]);
    expect(await read(21, 30, 2)).toEqual([]);
  });

  test("writes what it accepted before it closes, and is found again", async () => {
    await using place = await openStorage();
    const before = await openJournal(place.options);
    const accepted = Promise.all(upTo(2_500).map((revision) => append(before, row("ns:last", revision))));
    await before.close();

    expect(new Set(await accepted)).toEqual(new Set(["committed"]));
    expect(await append(before, row("ns:last", 2_501))).toBe("JournalUnavailable");
    const after = await openJournal(place.options);
    expect(await after.readEvents("thing", "ns:last", 2_500, 9_999, 9)).toEqual([row("ns:last", 2_500)]);
    await after.close();
  });
});
