// The envelope of operators' commands; what they lead to is tested where it is done.

import { expect, test } from "vitest";
import type { PiggybackHandler } from "../../../src/gateway/http/devops/piggyback.ts";
import { thingNotFound } from "../../../src/things/errors.ts";
import { ask, opsWorld } from "../http/ops/world.ts";

const handler: PiggybackHandler = {
  services: ["things"],
  takes: (type) => type.startsWith("test:"),
  async run({ type }, headers) {
    switch (type) {
      case "test:many":
        return [{ part: 1 }, { part: 2 }, { part: 3 }];
      case "test:refused":
        throw thingNotFound("org.a:b");
      case "test:silent":
        return undefined;
      case "test:late":
        return new Promise(() => undefined);
      default:
        return { told: headers };
    }
  },
};

const send = (path: string, type: string, headers?: object) =>
  ask(opsWorld({ piggyback: [handler] }).operations.devops, `POST /devops/piggyback${path}`, {
    targetActorSelection: "/system/sharding/thing",
    ...(headers && { headers }),
    piggybackCommand: { type },
  });

test("answers are told by service and instance, unless they are not to be aggregated", async () => {
  expect((await send("/things/1", "test:any"))?.body).toEqual({ things: { "1": { told: {} } } });
  expect((await send("/things", "test:any", { aggregate: false }))?.body).toEqual({
    told: { aggregate: false },
  });
  expect((await send("", "test:many"))?.body).toEqual({
    "?": { "?": { part: 1 }, "?1": { part: 2 }, "?2": { part: 3 } },
  });
  expect((await send("", "test:many", { aggregate: "false" }))?.body).toEqual({ part: 1 });
});

test("a refusal is the answer; a command that is none is told so", async () => {
  const aggregate = { aggregate: false };
  expect((await send("", "test:refused", aggregate))?.body).toMatchObject({
    status: 404,
    error: "things:thing.notfound",
  });
  expect((await send("", "other:command", aggregate))?.body).toMatchObject({
    error: "json.type.notparsable",
  });
  expect((await send("/policies", "test:any"))?.body).toMatchObject({
    policies: { "?": { error: "json.type.notparsable" } },
  });
});

test("who gives no answer in time is not waited for", async () => {
  expect((await send("?timeout=100ms", "test:late"))?.status).toBe(408);
  expect((await send("", "test:silent"))?.status).toBe(408);
  expect((await send("?timeout=0", "test:late"))?.status).toBe(202);
});

test("a service that is none is not found, and no envelope is refused", async () => {
  expect((await send("/none", "test:any"))?.status).toBe(404);
  const { operations } = opsWorld();
  await expect(ask(operations.devops, "POST /devops/piggyback", {})).rejects.toMatchObject({ status: 400 });
  expect((await ask(operations.devops, "GET /devops/piggyback"))?.status).toBe(405);
});

test("the configuration is asked for by its command too", async () => {
  const answer = await ask(opsWorld().operations.devops, "POST /devops/piggyback/gateway", {
    targetActorSelection: "/user/devOpsCommandsActor",
    headers: { aggregate: false },
    piggybackCommand: { type: "common.commands:retrieveConfig", path: "ditto.gateway.http.port" },
  });
  expect(answer?.body).toEqual({ type: "common.responses:retrieveConfig", status: 200, config: 8080 });
});
