// The short form of `npm run chaos`.

import { expect, test } from "vitest";
import { chaos } from "./chaos.ts";

// Where PostgreSQL fails, sessions may miss a change that it committed without telling anybody (docs/cluster.md): that is for the
// campaign.
test("a cluster loses nothing and answers nothing stale while members and NATS fail", {
  timeout: 240_000,
}, async () => {
  const kinds = ["killed", "frozen", "nats-killed", "nats-cut", "nats-held", "stopped"];

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
