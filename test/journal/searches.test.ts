import { describe, expect, test } from "vitest";
import type { Row } from "../../src/journal/database.ts";
import { JournalUnavailable } from "../../src/journal/journal.ts";
import { Searches, type SearchSession } from "../../src/journal/searches.ts";

/** A session whose queries end when they are told to. */
function session() {
  const started: { text: string; end: (rows: readonly Row[]) => void; stopped: () => void; stops: number }[] =
    [];
  const it: SearchSession = {
    start(text) {
      const rows = Promise.withResolvers<readonly Row[]>();
      const stop = Promise.withResolvers<void>();
      const query = { text, end: rows.resolve, stopped: stop.resolve, stops: 0 };
      started.push(query);
      return {
        rows: rows.promise,
        stop: () => {
          query.stops++;
          return stop.promise;
        },
      };
    },
  };
  return { it, started };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
const patience = { timeoutMs: 10_000 };

describe("searches", () => {
  test("are at work one a session, in the order they were asked", async () => {
    const { it, started } = session();
    const searches = new Searches([it]);
    const asked = ["a", "b", "c"].map((text) => searches.run(text, [], patience));
    expect(started.map(({ text }) => text)).toEqual(["a"]);
    started[0]?.end([{ a: 1 }]);
    expect(await asked[0]).toEqual([{ a: 1 }]);
    await settled();
    expect(started.map(({ text }) => text)).toEqual(["a", "b"]);
    started[1]?.end([]);
    await settled();
    started[2]?.end([]);
    await Promise.all(asked);
  });

  test("are refused when too many wait", async () => {
    const { it, started } = session();
    const searches = new Searches([it], 1);
    const asked = [searches.run("a", [], patience), searches.run("b", [], patience)];
    await expect(searches.run("c", [], patience)).rejects.toThrow(JournalUnavailable);
    started[0]?.end([]);
    await settled();
    started[1]?.end([]);
    await Promise.all(asked);
  });

  test("leave their session to the next only when their end can no longer reach it", async () => {
    const { it, started } = session();
    const searches = new Searches([it]);
    const controller = new AbortController();
    const first = searches.run("a", [], { timeoutMs: 10_000, signal: controller.signal });
    const second = searches.run("b", [], patience);
    controller.abort();
    await expect(first).rejects.toThrow();
    expect(started[0]?.stops).toBe(1);
    started[0]?.end([]);
    await settled();
    expect(started).toHaveLength(1);
    started[0]?.stopped();
    await settled();
    expect(started).toHaveLength(2);
    started[1]?.end([]);
    await second;
  });

  test("that nobody wants any more make room in the line", async () => {
    const { it, started } = session();
    const searches = new Searches([it], 1);
    const first = searches.run("a", [], patience);
    await expect(searches.run("b", [], { timeoutMs: 5 })).rejects.toThrow();
    const third = searches.run("c", [], patience);
    started[0]?.end([]);
    await first;
    await settled();
    expect(started.map(({ text }) => text)).toEqual(["a", "c"]);
    started[1]?.end([]);
    await third;
  });
});
