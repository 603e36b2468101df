import { expect, test } from "vitest";
import { newPlace } from "../campaigns/place.ts";
import { slopesOf } from "../campaigns/soak/memory.ts";
import { soak } from "../campaigns/soak/soak.ts";

test("ten seconds of everything live at once leave nothing to complain about", {
  timeout: 120_000,
}, async () => {
  await using place = await newPlace("pglite");

  const { counts, violations } = await soak(place, { seconds: 10, sampleEverySeconds: 1 }, () => {});

  expect(violations).toEqual([]);
  expect(Object.fromEntries(counts)).toMatchObject({
    "write: 204": expect.any(Number),
    "message: 200": expect.any(Number),
    "live retrieve: 200": expect.any(Number),
    "write that asks for an acknowledgement: 200": expect.any(Number),
    "signal received by a session": expect.any(Number),
    "chunk of an event stream": expect.any(Number),
    "persisted events: complete": expect.any(Number),
    "session closed: 1006": expect.any(Number),
    "session that did not read was ended by the server": expect.any(Number),
  });
});

test("growth is told from the least of each stretch, after the warm-up", () => {
  const samples = Array.from({ length: 90 }, (_, i) => ({
    at: i,
    residentKb: i < 30 ? 1_000 * i : 30_000 + 5 * i,
    heapKb: 10_000 + (i % 3) * 4_000, // garbage that comes and goes
  }));

  const { resident, heap } = slopesOf(samples);

  expect(resident).toBeCloseTo(5);
  expect(heap).toBeCloseTo(0);
});
