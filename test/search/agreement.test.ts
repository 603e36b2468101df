import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase } from "../../src/journal/open.ts";
import { storages } from "../journal/storages.ts";
import { compareAll, type Named } from "./model/agreement.ts";

const opened = new AsyncDisposableStack();
const databases: Named[] = [];

beforeAll(async () => {
  for (const { name, openStorage } of storages) {
    const storage = opened.use(await openStorage());
    const database = await openDatabase(storage.options);
    opened.defer(() => database.close());
    databases.push({ name, database });
  }
});
afterAll(() => opened.disposeAsync());

test("the index finds in both databases what filters, sorts and policies say", {
  timeout: 240_000,
}, async () => {
  const campaign = { rounds: 40, questions: 130, seed: Math.floor(Math.random() * 2 ** 31) };

  const outcome = await compareAll(databases, campaign, () => undefined);

  expect(outcome.disagreements.slice(0, 3)).toEqual([]);
  expect(outcome.cases).toBeGreaterThan(5_000);
  expect(outcome.telling).toBeGreaterThan(1_000);
  expect(outcome.spared).toBeGreaterThan(300);
});
