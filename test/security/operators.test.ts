// What only operators may do, asked of a real server by others; and what even operators are not told.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, type TestServer } from "../support/server.ts";
import { openSession } from "../support/socket.ts";

const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;
const operator = { authorization: basic("devops:hidden-operator") };
const json = { "content-type": "application/json" };
const secrets = {
  USERS: "ditto:ditto,ada:hidden-user",
  DEVOPS_PASSWORD: "hidden-operator",
  STATUS_PASSWORD: "hidden-status",
  CONNECTIVITY_CONNECTION_ENCRYPTION_ENABLED: "true",
  CONNECTIVITY_CONNECTION_ENCRYPTION_KEY: Buffer.from("hidden-key-of-32-bytes-exactly-!").toString(
    "base64url",
  ),
  OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20hidden-collector",
};

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ env: secrets });
});
afterAll(() => server[Symbol.asyncDispose]());

const post = (path: string, body: unknown, headers: Record<string, string>) =>
  server.fetch(path, { method: "POST", body: JSON.stringify(body), headers: { ...json, ...headers } });

const sudo = (piggybackCommand: object) => ({
  targetActorSelection: "/system/sharding/thing",
  headers: { "ditto-sudo": true, aggregate: false },
  piggybackCommand,
});
const block = { type: "namespaces.commands:blockNamespace", namespace: "org.mine" };
const purge = { type: "namespaces.commands:purgeNamespace", namespace: "org.mine" };

describe("without the operators' password", () => {
  test.each([
    ["POST", "/devops/piggyback", sudo(purge)],
    ["POST", "/devops/piggyback", sudo(block)],
    [
      "POST",
      "/devops/piggyback/things",
      sudo({ type: "things.commands:deleteThing", thingId: "org.mine:lamp" }),
    ],
    ["GET", "/devops/config", undefined],
    ["PUT", "/devops/logging", { logger: "things", level: "trace" }],
    ["GET", "/api/2/connections", undefined],
    ["GET", "/overall/status", undefined],
    ["GET", "/metrics", undefined],
  ])("%s %s is refused to a user, and changes nothing", async (method, path, body) => {
    await server.fetch("/api/2/things/org.mine:lamp", { method: "PUT", body: "{}", headers: json });

    const answer = await server.fetch(path, {
      method,
      ...(body && { body: JSON.stringify(body) }),
      headers: { ...json, "ditto-sudo": "true" },
    });

    expect(answer.status).toBe(401);
    expect((await server.fetch("/api/2/things/org.mine:lamp")).status).toBe(200);
  });

  test("a header that asks for the rights of operators means nothing, at either door", async () => {
    await server.fetch("/api/2/things/org.mine:safe", { method: "PUT", body: "{}", headers: json });
    const ada = basic("ada:hidden-user");
    const smuggled = { "ditto-sudo": "true", "ditto-auth-context": '{"sudo":true}', "ditto-origin": "x" };

    const read = await server.fetch("/api/2/things/org.mine:safe", {
      headers: { authorization: ada, ...smuggled },
    });
    expect(read.status).toBe(404);

    await using session = await openSession(server, { authorization: ada });
    const answer = await session.ask({
      topic: "org.mine/safe/things/twin/commands/delete",
      path: "/",
      headers: { ...smuggled, "ditto-sudo": true, "ditto-auth-context": { subjects: ["nginx:ditto"] } },
    });
    expect(answer.status).toBe(403);
    expect((await server.fetch("/api/2/things/org.mine:safe")).status).toBe(200);
  });
});

describe("with it", () => {
  test("a namespace is erased only after it was blocked", async () => {
    await server.fetch("/api/2/things/org.erase:lamp", { method: "PUT", body: "{}", headers: json });

    const answer = await post("/devops/piggyback", sudo({ ...purge, namespace: "org.erase" }), operator);

    expect(await answer.text()).not.toContain('"successful":true');
    expect((await server.fetch("/api/2/things/org.erase:lamp")).status).toBe(200);
  });

  test.each(["/devops/config", "/devops/logging", "/overall/status", "/metrics", "/status"])(
    "%s tells no secret",
    async (path) => {
      const answer = await server.fetch(path, { headers: operator });
      const text = await answer.text();

      expect(answer.status).toBe(200);
      expect(text).not.toContain("hidden");
      expect(text).not.toContain(secrets.CONNECTIVITY_CONNECTION_ENCRYPTION_KEY);
    },
  );
});
