// What is short as JSON and large in memory is weighed as what it is: a server with a small heap goes on whatever its things are made of.

import { expect, test } from "vitest";
import { startServer } from "../support/server.ts";

const THINGS = 300;

test("things that take twenty times their length in memory do not fill a small heap", {
  timeout: 120_000,
}, async () => {
  await using server = await startServer({ env: { NODE_OPTIONS: "--max-old-space-size=256" } });
  const value = JSON.stringify({ attributes: { a: Array.from({ length: 30_000 }, () => ({})) } });
  const path = (i: number) => `/api/2/things/org.acme:crumbs-${i}`;

  for (let i = 0; i < THINGS; i++) {
    const created = await server.fetch(path(i), {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: value,
    });
    expect(created.status).toBe(201);
  }

  for (const i of [0, THINGS - 1]) {
    const read = (await (await server.fetch(`${path(i)}/attributes/a`)).json()) as unknown[];
    expect(read).toHaveLength(30_000);
  }
  expect(server.stdout() + server.stderr()).toContain("CACHE_SIZE");
});
