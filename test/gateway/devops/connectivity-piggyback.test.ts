// Connections managed by piggyback commands (connectivity-manage-connections-piggyback page).

import { expect, test } from "vitest";
import { type ConnectionsWorld, connectionsWorld, recorded } from "../connections-world.ts";

const bridge = { ...recorded, id: "bridge", tags: ["blue"] };

async function run(
  world: ConnectionsWorld,
  piggybackCommand: object,
  headers: object = { aggregate: false },
) {
  const body = { targetActorSelection: "/system/sharding/connection", headers, piggybackCommand };
  const answer = await world.send("POST /devops/piggyback/connectivity", { body });
  expect(answer.status).toBe(200);
  return answer.json();
}

const command = (name: string, more: object = {}) => ({ type: `connectivity.commands:${name}`, ...more });
const answered = (name: string, status: number, more: object = {}) => ({
  ...{ type: `connectivity.responses:${name}`, status },
  ...more,
});
const id = { connectionId: "bridge" };

test("a connection is created, read, modified, closed, opened and deleted, with Ditto's answers", async () => {
  await using world = await connectionsWorld();

  expect(await run(world, command("createConnection", { connection: bridge }))).toMatchObject(
    answered("createConnection", 201, { connection: bridge }),
  );
  expect(await run(world, command("retrieveConnection", id))).toMatchObject(
    answered("retrieveConnection", 200, { connection: bridge }),
  );
  const renamed = { ...bridge, name: "new" };
  for (const [name, status, more] of [
    ["modifyConnection", 204, { connection: renamed }],
    ["closeConnection", 200, id],
    ["openConnection", 200, id],
    ["enableConnectionLogs", 200, id],
    ["resetConnectionLogs", 200, id],
    ["resetConnectionMetrics", 200, id],
    ["deleteConnection", 204, id],
  ] as const)
    expect(await run(world, command(name, more))).toEqual(answered(name, status, id));
});

test("a connection that is not there is created by a modify, as in Ditto's source", async () => {
  await using world = await connectionsWorld();

  expect(await run(world, command("modifyConnection", { connection: bridge }))).toMatchObject(
    answered("createConnection", 201, { connection: bridge }),
  );
});

test("insight is told as over HTTP, logs with their type", async () => {
  await using world = await connectionsWorld();
  await run(world, command("createConnection", { connection: bridge }));

  for (const name of ["retrieveConnectionStatus", "retrieveConnectionMetrics", "retrieveConnectionLogs"])
    expect(await run(world, command(name, id))).toMatchObject(answered(name, 200, id));
});

test("IDs are listed, all and by tag, and tags are told", async () => {
  await using world = await connectionsWorld();
  await run(world, command("createConnection", { connection: bridge }));
  await run(world, command("createConnection", { connection: { ...bridge, id: "other", tags: [] } }));
  const sudo = (name: string, more: object) => ({ type: `connectivity.sudo.commands:${name}`, ...more });

  expect(await run(world, command("retrieveAllConnectionIds"))).toEqual(
    answered("retrieveAllConnectionIds", 200, { connectionIds: ["bridge", "other"] }),
  );
  expect(await run(world, sudo("sudoRetrieveConnectionIdsByTag", { tag: "blue" }))).toMatchObject({
    connectionIds: ["bridge"],
  });
  expect(await run(world, sudo("sudoRetrieveConnectionTags", id))).toMatchObject({
    connectionTags: ["blue"],
  });
});

test("a connection is tested, unless there is one with its ID", async () => {
  await using world = await connectionsWorld();

  const test = command("testConnection", { connection: bridge });
  expect(await run(world, test)).toMatchObject(answered("testConnection", 200, id));
  await run(world, command("createConnection", { connection: bridge }));
  expect(await run(world, test)).toMatchObject({ status: 409, error: "connectivity:connection.conflict" });
});

test("the result of a test names what of the connection has no effect", async () => {
  await using world = await connectionsWorld();
  const connection = { ...bridge, specificConfig: { cleanSesion: "true" } };

  const plain = await run(world, command("testConnection", { connection: bridge }));
  const told = await run(world, command("testConnection", { connection }));

  expect(plain).toMatchObject({ testResult: "successfully connected" });
  expect(told).toMatchObject({
    status: 200,
    testResult: expect.stringMatching(/^successfully connected\. .*\/specificConfig\/cleanSesion/),
  });
});

test("refusals are answers as well, and one of several answers is aggregated unless it is not to be", async () => {
  await using world = await connectionsWorld();
  const refusal = { status: 404, error: "connectivity:connection.notfound" };

  expect(await run(world, command("retrieveConnection", id))).toMatchObject(refusal);
  expect(await run(world, command("retrieveConnection", id), {})).toMatchObject({
    connectivity: { [process.pid]: refusal },
  });
  expect(await run(world, command("openConnection"))).toMatchObject({
    status: 400,
    error: "json.field.missing",
  });
  expect(await run(world, command("explode"))).toMatchObject({
    type: "devops.responses:errorResponse",
    payload: { status: 400, error: "json.type.notparsable" },
  });
});

test("the migration of secrets is controlled", async () => {
  await using world = await connectionsWorld();

  expect(await run(world, command("migrateEncryptionStatus"))).toMatchObject(
    answered("migrateEncryptionStatus", 200, { migrationActive: false }),
  );
  expect(await run(world, command("migrateEncryption", { dryRun: true }))).toMatchObject({
    ...{ status: 400, error: "connectivity:command.invalid" },
  });
  expect(await run(world, command("migrateEncryptionAbort"))).toMatchObject({ status: 400 });
});
