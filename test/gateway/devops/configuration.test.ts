// The settings in force, as operators see them.

import { expect, test } from "vitest";
import { readConfig } from "../../../src/ops/config.ts";
import { configAt, configTree, processInfo } from "../../../src/ops/config-tree.ts";
import { ask, opsWorld } from "../http/ops/world.ts";

test("Ditto's paths lead to what is in force, below each service and instance", async () => {
  const { operations } = opsWorld();

  const all = await ask(operations.devops, "GET /devops/config?path=ditto.gateway.http.port");
  expect(all?.body).toMatchObject({
    gateway: { "1": { type: "common.responses:retrieveConfig", status: 200, config: 8080 } },
    things: { "1": { config: 8080 } },
  });
  expect(
    (await ask(operations.devops, "GET /devops/config/gateway/1?path=ditto.gateway.http"))?.body,
  ).toMatchObject({
    status: 200,
    config: { port: 8080, hostname: "127.0.0.1" },
  });
  expect(
    (await ask(operations.devops, "GET /devops/config/gateway/1?path=no.such.path"))?.body,
  ).toMatchObject({
    config: {},
  });
  expect((await ask(operations.devops, "PUT /devops/config"))?.status).toBe(405);
});

test("nothing that is secret is told, wherever it stands", async () => {
  const secrets = {
    USERS: "ada:hidden-1",
    DEVOPS_PASSWORD: "hidden-2",
    STATUS_PASSWORD: "hidden-3",
    DATABASE_URL: "postgres://me:hidden-4@db/twins",
  };
  const told = JSON.stringify(configTree(readConfig(secrets, [])));
  const info = JSON.stringify(processInfo("gateway", "1", secrets, ["--x"]));

  expect(told).not.toContain("hidden");
  expect(info).not.toContain("hidden");
  expect(info).toContain('"vm-args":["--x"]');
  expect(configAt(configTree(readConfig(secrets, [])), "pollux.users")).toBe("***");
});

test("every setting that has a value is in the tree once", () => {
  const config = readConfig({ USERS: "ada:x" }, []);
  const tree = configTree(config);

  expect(configAt(tree, "pollux.log-level")).toBe("info");
  expect(configAt(tree, "ditto.gateway.authentication.devops.secured")).toBe(true);
  expect(JSON.stringify(tree)).not.toContain("[object");
});
