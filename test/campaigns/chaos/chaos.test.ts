// The short form of `npm run chaos`.

import { expect, test } from "vitest";
import { chaos } from "./chaos.ts";

test("a cluster loses nothing and answers nothing stale while members, NATS and PostgreSQL fail", {
  timeout: 240_000,
}, async () => {
  const kinds = ["killed", "frozen", "nats-killed", "database-killed", "partitioned", "stopped"];

  const { writes, reads, events, violations } = await chaos({
    nodes: 3,
    faults: kinds.length,
    kinds,
    inTurn: true,
    things: 12,
    seed: 7,
    load: { writers: 6, readers: 6, subscribers: 1 },
    tell: () => undefined,
  });

  expect(violations).toEqual([]);
  expect(Math.min(writes, reads, events)).toBeGreaterThan(200);
});
