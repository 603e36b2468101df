import { expect, test } from "vitest";
import { databaseOutages } from "../campaigns/database-outage.ts";
import { startPostgres } from "../support/postgres.ts";

test("a server whose PostgreSQL goes away and comes back refuses meanwhile, recovers and has lost nothing", {
  timeout: 120_000,
}, async () => {
  await using postgres = await startPostgres({ own: true });

  const result = await databaseOutages(postgres, 1, 2_000, () => {});

  expect(result.violations).toEqual([]);
  expect(result.refused).toBeGreaterThan(0);
  expect(result.promised).toBeGreaterThan(0);
  expect(result.unknown).toBeGreaterThan(0);
});
