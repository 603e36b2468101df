// Levels of the log, changed while the server runs.

import { pino } from "pino";
import { expect, test } from "vitest";
import { TwinError } from "../../../src/base/errors.ts";
import { loggersOf } from "../../../src/ops/loggers.ts";
import { ask, opsWorld } from "../http/ops/world.ts";

const configs = (level: string) => [
  { level, logger: "ROOT" },
  { level, logger: "org.eclipse.ditto" },
];

test("levels are told by service and instance, from below what the path names", async () => {
  const { operations } = opsWorld();
  const gateway = {
    type: "devops.responses:retrieveLoggerConfig",
    ...{ status: 200, serviceName: "gateway", instance: "1" },
    loggerConfigs: configs("info"),
  };

  const all = (await ask(operations.devops, "GET /devops/logging"))?.body as Record<string, unknown>;
  expect(all.gateway).toEqual({ "1": gateway });
  expect(Object.keys(all)).toContain("connectivity");
  expect((await ask(operations.devops, "GET /devops/logging/gateway"))?.body).toEqual({ "1": gateway });
  expect((await ask(operations.devops, "GET /devops/logging/gateway/1"))?.body).toEqual(gateway);
  expect((await ask(operations.devops, "GET /devops/logging/none"))?.status).toBe(404);
});

test("a changed level is what is logged from then on, of that service only", async () => {
  const lines: string[] = [];
  const loggers = loggersOf(pino({ level: "info" }, { write: (line: string) => lines.push(line) }));
  const { operations } = opsWorld({ loggers });
  const say = () => {
    loggers.of("connectivity").debug("from connectivity");
    loggers.of("search").debug("from search");
  };
  say();
  expect(lines).toEqual([]);

  const change = { logger: "org.eclipse.ditto", level: "debug" };
  expect((await ask(operations.devops, "PUT /devops/logging/connectivity", change))?.body).toEqual({
    "1": {
      type: "devops.responses:changeLogLevel",
      ...{ status: 200, serviceName: "connectivity", instance: "1", successful: true },
    },
  });
  say();
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { logger: "connectivity", msg: "from connectivity" },
  ]);

  await ask(operations.devops, "PUT /devops/logging", { level: "off" });
  loggers.of("gateway").fatal("nobody hears it");
  expect(lines).toHaveLength(1);
  const told = (await ask(operations.devops, "GET /devops/logging/search/1"))?.body;
  expect(told).toMatchObject({ loggerConfigs: configs("off") });
});

test("what cannot be changed is refused, and changes nothing", async () => {
  const { operations, loggers } = opsWorld();
  const put = (body: unknown) => ask(operations.devops, "PUT /devops/logging/gateway", body);

  expect((await put({ logger: "org.mongodb.driver", level: "debug" }))?.body).toMatchObject({
    "1": { status: 500, successful: false },
  });
  await expect(put({ logger: "ROOT", level: "loud" })).rejects.toBeInstanceOf(TwinError);
  await expect(put({ logger: "ROOT" })).rejects.toMatchObject({ status: 400 });
  await expect(put({ logger: 5, level: "info" })).rejects.toMatchObject({ status: 400 });
  expect(loggers.levelOf("gateway")).toBe("info");
});
