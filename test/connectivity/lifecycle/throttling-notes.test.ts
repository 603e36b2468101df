import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { throttlingNotes } from "../../../src/connectivity/lifecycle/throttling-notes.ts";
import { countingMonitor } from "../world.ts";

beforeEach(() => vi.useFakeTimers({ now: 600_000 }));
afterEach(() => vi.useRealTimers());

test("throttling is noted once in each minute for each address", () => {
  const { monitor, counts } = countingMonitor();
  const note = throttlingNotes(monitor);

  for (const address of ["in/a", "in/b", "in/a"]) note(address);
  vi.setSystemTime(659_999);
  note("in/a");
  vi.setSystemTime(660_000);
  note("in/a");

  expect(counts).toEqual({ "source in/a throttled failure": 2, "source in/b throttled failure": 1 });
});
