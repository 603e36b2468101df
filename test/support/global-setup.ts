// One PostgreSQL for the whole run of tests, unless there is one already.

import { startPostgres, type TestPostgres } from "./postgres.ts";

let postgres: TestPostgres | undefined;

export async function setup(): Promise<void> {
  if (process.env.TEST_DATABASE_URL) return;
  postgres = await startPostgres();
  process.env.TEST_DATABASE_URL = postgres.url;
}

export async function teardown(): Promise<void> {
  await postgres?.[Symbol.asyncDispose]();
}
