// Commands that block and erase namespaces, and those to the clean-up, in their envelopes.

import { expect, test } from "vitest";
import type { JsonObject } from "../../../src/base/json/json.ts";
import type { Cleanup } from "../../../src/dispatch/maintenance/cleanup.ts";
import type { Maintenance } from "../../../src/dispatch/maintenance/maintenance.ts";
import { cleanupPiggyback } from "../../../src/gateway/http/devops/cleanup-piggyback.ts";
import { namespacePiggyback } from "../../../src/gateway/http/devops/namespace-piggyback.ts";

const mediator = "/system/distributedPubSubMediator";

/** Notes what is asked of it. */
function noting() {
  const asked: string[] = [];
  const note =
    <T>(name: string, result: T) =>
    async (namespace?: string) => {
      asked.push(namespace === undefined ? name : `${name} ${namespace}`);
      return result;
    };
  const maintenance: Maintenance = {
    block: note("block", undefined),
    unblock: note("unblock", undefined),
    purge: note("purge", { thing: 3, policy: 2, "thing-search": 1 }),
    list: note("list", [{ namespace: "org.acme", since: 0, purge: "done" as const }]),
    start: () => undefined,
    stop: async () => undefined,
  };
  return { asked, handler: namespacePiggyback(maintenance) };
}

test("blocking and unblocking are answered as by Ditto", async () => {
  const { asked, handler } = noting();
  for (const name of ["blockNamespace", "unblockNamespace"]) {
    const command = { type: `namespaces.commands:${name}`, namespace: "org.acme" };
    expect(handler.takes(command.type, mediator)).toBe(true);
    expect(await handler.run(command, {}, 1_000)).toEqual({
      type: `namespaces.responses:${name}`,
      status: 200,
      namespace: "org.acme",
      resourceType: "namespaces",
    });
  }
  expect(asked).toEqual(["block org.acme", "unblock org.acme"]);
});

test("a purge is answered for each kind of resource", async () => {
  const { handler } = noting();
  const answers = await handler.run(
    { type: "namespaces.commands:purgeNamespace", namespace: "org.acme" },
    {},
    1_000,
  );

  expect(
    (answers as JsonObject[]).map(({ resourceType, successful, status }) => [
      resourceType,
      successful,
      status,
    ]),
  ).toEqual([
    ["thing", true, 200],
    ["policy", true, 200],
    ["thing-search", true, 200],
  ]);
});

test("what is blocked can be asked", async () => {
  const { handler } = noting();

  expect(
    await handler.run({ type: "namespaces.commands:retrieveBlockedNamespaces" }, {}, 1_000),
  ).toMatchObject({
    namespaces: [{ namespace: "org.acme", since: "1970-01-01T00:00:00.000Z", purge: "done" }],
  });
});

test("a namespace that is none is refused, and nothing is done", async () => {
  const { asked, handler } = noting();
  for (const namespace of ["", "1a", "a:b", "a..b", "a;drop", "x".repeat(300)])
    await expect(
      handler.run({ type: "namespaces.commands:purgeNamespace", namespace }, {}, 1_000),
    ).rejects.toMatchObject({
      code: "namespacedentity.id.invalid",
    });
  await expect(handler.run({ type: "namespaces.commands:blockNamespace" }, {}, 1_000)).rejects.toMatchObject({
    code: "json.field.missing",
  });
  expect(asked).toEqual([]);
});

test("the second step of Ditto's page has no answer, as there; other shutdowns are not taken", async () => {
  const { handler } = noting();
  const command = {
    type: "common.commands:shutdown",
    reason: { type: "purge-namespace", details: "org.acme" },
  };

  expect(handler.takes(command.type, mediator)).toBe(true);
  expect(await handler.run(command, {}, 1_000)).toBeUndefined();
  expect(
    handler.takes(command.type, "/user/thingsWildcardSearchRoot/searchUpdaterRoot/backgroundSyncProxy"),
  ).toBe(false);
});

test("the clean-up is asked and told by Ditto's commands", async () => {
  const cleaned: unknown[] = [];
  let settings: JsonObject = { enabled: true, "quiet-period": "5m" };
  const cleanup: Cleanup = {
    config: () => settings,
    modify(config) {
      settings = { ...settings, ...config };
      return settings;
    },
    health: () => ({ state: "RUNNING", pid: "thing:org.acme:lamp" }),
    async cleanUp(key) {
      cleaned.push(key);
    },
  };
  const handler = cleanupPiggyback(cleanup);
  const target = "/user/thingsRoot/persistenceCleanup";
  const send = (command: JsonObject) => {
    expect(handler.takes(String(command.type), target)).toBe(true);
    return handler.run(command, {}, 1_000);
  };

  expect(await send({ type: "status.commands:retrieveHealth" })).toEqual({
    type: "status.responses:retrieveHealth",
    status: 200,
    statusInfo: { status: "UP", details: [{ INFO: { state: "RUNNING", pid: "thing:org.acme:lamp" } }] },
  });
  expect(await send({ type: "common.commands:modifyConfig", config: { "quiet-period": "240d" } })).toEqual({
    type: "common.responses:modifyConfig",
    status: 200,
    config: { enabled: true, "quiet-period": "240d" },
  });
  expect(await send({ type: "common.commands:retrieveConfig" })).toMatchObject({
    config: { "quiet-period": "240d" },
  });
  expect(await send({ type: "cleanup.sudo.commands:cleanupPersistence", entityId: "ditto:thing1" })).toEqual({
    type: "cleanup.sudo.responses:cleanupPersistence",
    status: 200,
    entityId: "thing:ditto:thing1",
  });
  for (const [entityType, code] of [
    ["thing", "things:id.invalid"],
    ["policy", "policies:id.invalid"],
    ["connection", "connectivity:connection.id.invalid"],
    ["predictor", "predictors:predictor.id.invalid"],
    ["constructor", "json.invalid"],
  ] as const)
    await expect(
      send({ type: "cleanup.sudo.commands:cleanupPersistence", entityType, entityId: "a:\u0000b" }),
    ).rejects.toMatchObject({ code, status: 400 });
  expect(cleaned).toEqual([{ kind: "thing", id: "ditto:thing1" }]);
  expect(handler.takes("common.commands:retrieveConfig", "/user/gatewayRoot/devOpsCommandsActor")).toBe(
    false,
  );
});
