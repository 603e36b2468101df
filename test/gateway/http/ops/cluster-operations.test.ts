// What operators ask of any node is answered by all of them.

import { expect, test } from "vitest";
import { testCluster } from "../../../support/cluster.ts";
import { ask, opsWorld } from "./world.ts";

test("any node answers for all; what is changed by one is changed everywhere; who is gone is told", async () => {
  await using cluster = await testCluster(3);
  await cluster.settled();
  const nodes = cluster.members.map(({ cluster: node }, i) =>
    opsWorld(
      {
        live: () => ({ things: new Map([["org.a", i + 1]]), policies: new Map(), waitingForIndex: 0 }),
        ...(i === 2 && { checks: [{ label: "search", check: () => ({ status: "DOWN" }) }] }),
      },
      node,
    ),
  );
  const ids = cluster.members.map(({ cluster: { self } }) => self.id);
  const first = nodes[0] as (typeof nodes)[0];
  const { open, status, devops } = first.operations;

  expect((await ask(open, "GET /stats/things"))?.body).toMatchObject({ hotThings: 6 });
  const overall = (await ask(status, "GET /overall/status"))?.body as { roles: { things: object } };
  expect(Object.keys(overall.roles.things).sort()).toEqual([...ids].sort());

  // A node tells by itself of itself only, so that a load balancer knows which one to leave out.
  expect((await ask(open, "GET /health"))?.status).toBe(200);
  expect((await ask(status, "GET /overall/status/health"))?.status).toBe(503);

  await ask(devops, "PUT /devops/logging/search", { level: "debug" });
  expect(nodes.map(({ loggers }) => loggers.levelOf("search"))).toEqual(["debug", "debug", "debug"]);
  await ask(devops, `PUT /devops/logging/search/${ids[1]}`, { level: "error" });
  expect(nodes.map(({ loggers }) => loggers.levelOf("search"))).toEqual(["debug", "error", "debug"]);

  const seen = (await ask(status, "GET /overall/status/cluster"))?.body as {
    reachable: string[];
    leader: string;
  };
  expect(seen.reachable).toHaveLength(3);
  expect(seen.reachable).toContain(seen.leader);

  expect((await ask(open, "GET /ready"))?.status).toBe(200);
  await cluster.members[0]?.cluster.leave();
  expect((await ask(open, "GET /ready"))?.status).toBe(503);
});

test("a node that is silent holds nobody up for ever", async () => {
  await using cluster = await testCluster(2);
  await cluster.settled();
  const [one, other] = cluster.members;
  const { operations } = opsWorld({}, one?.cluster);
  opsWorld({}, other?.cluster);
  other?.way.hold();

  const begun = performance.now();
  const health = await ask(operations.status, "GET /overall/status/health");
  expect(performance.now() - begun).toBeLessThan(8_000);
  expect([200, 503]).toContain(health?.status); // 200 once it is out of the view
});
