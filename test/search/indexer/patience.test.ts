// The index leaves the server to others while that has no time left.

import { describe, expect, test, vi } from "vitest";
import { patience } from "../../../src/search/indexer/patience.ts";
import { storages } from "../../journal/storages.ts";
import { onStorage } from "./on-storage.ts";
import { indexed } from "./world.ts";

describe("what waits for the index", () => {
  test("waits while the server is busy, until it has waited long enough", () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    try {
      let utilization = 1;
      const { restMs } = patience(10_000, () => utilization);
      vi.advanceTimersByTime(300);

      expect(restMs(0)).toBeGreaterThan(0);
      expect(restMs(9_999)).toBeGreaterThan(0);
      expect(restMs(10_000)).toBe(0);

      utilization = 0.5;
      vi.advanceTimersByTime(300);
      expect(restMs(0)).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe.each(storages)("on $name", ({ openStorage }) => {
  const at = onStorage(openStorage);

  test("of a thing that changes again and again under load one state is written, and at once for who waits", async () => {
    const { putThing, ask, indexer, writes } = at.start({ settings: { lagUnderLoadMs: 3_600_000 } });
    const stop = spin();
    try {
      await pause(500);
      const id = at.freshId("loaded");
      await putThing(id, { attributes: { n: 0 } });
      await indexer.settled();
      const before = writes.length;
      for (let n = 1; n <= 5; n++) {
        await ask("modify", "/attributes/n", n, { id });
        await pause(100);
      }
      expect(writes.length).toBe(before);
      expect(indexer.stats().waiting).toBe(1);

      await new Promise((resolve) => indexer.thingChanged(id, 6, resolve));
      expect(writes.length).toBe(before + 1);
      expect((await indexed(at.database, id))?.thing).toMatchObject({ attributes: { n: 5 } });
    } finally {
      stop();
    }
  });
});

/** Leaves the event loop no time. */
function spin(): () => void {
  let turn = setImmediate(function again() {
    turn = setImmediate(again);
  });
  return () => clearImmediate(turn);
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
