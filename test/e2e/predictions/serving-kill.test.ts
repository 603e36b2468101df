import { expect, test } from "vitest";
import { newPlace, type StorageKind } from "../../campaigns/place.ts";
import { killPredictions } from "./serving-kill.ts";

const storages: StorageKind[] = ["pglite", "postgres"];

test.each(storages)(
  "after each death on %s every thing has the prediction of its newest reading, made once and from all readings before",
  { timeout: 240_000 },
  async (kind) => {
    await using place = await newPlace(kind);

    const result = await killPredictions(place, 3, 12);

    expect(result.violations).toEqual([]);
    expect(result.predictions).toBeGreaterThan(100);
  },
);
