import { expect, test } from "vitest";
import { killRounds } from "../campaigns/kill.ts";
import { newPlace, type StorageKind } from "../campaigns/place.ts";

const storages: StorageKind[] = ["pglite", "postgres"];

test.each(storages)(
  "three deaths under load on %s lose nothing that was acknowledged",
  {
    timeout: 120_000,
  },
  async (kind) => {
    await using place = await newPlace(kind);

    const result = await killRounds(place, 3, () => {});

    expect(result.violations).toEqual([]);
    expect(result.acknowledged).toBeGreaterThan(0);
  },
);
