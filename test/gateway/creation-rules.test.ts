import { afterAll, beforeAll, expect, test } from "vitest";
import { startServer, type TestServer } from "../support/server.ts";
import { openSession } from "../support/socket.ts";

// Everybody may create things and policies in org.acme; elsewhere only policies, and in org.models only lamps.
const rules = {
  grant: [
    { namespaces: ["org.acme", "org.acme.*"] },
    { "resource-types": ["policy"], namespaces: ["org.*"] },
    { "resource-types": ["thing"], namespaces: ["org.models"], "thing-definitions": ["org.models:lamp:*"] },
    { "resource-types": ["thing"], namespaces: ["org.bare"] },
  ],
  revoke: [{ namespaces: ["org.acme.secret"] }, { "resource-types": ["policy"], namespaces: ["org.bare"] }],
};

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ env: { ENTITY_CREATION: JSON.stringify(rules) } });
});
afterAll(() => server[Symbol.asyncDispose]());

const send = async (method: string, path: string, body: object) => {
  const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  const headers = { "content-type": type };
  const response = await server.fetch(`/api/2/${path}`, { method, headers, body: JSON.stringify(body) });
  const text = await response.text();
  const answer = text ? (JSON.parse(text) as { error?: string }) : {};
  return answer.error === undefined ? response.status : `${response.status} ${answer.error}`;
};
const policy = {
  entries: {
    owner: {
      subjects: { "nginx:ditto": { type: "any" } },
      resources: {
        "policy:/": { grant: ["READ", "WRITE"], revoke: [] },
        "thing:/": { grant: ["READ", "WRITE"], revoke: [] },
      },
    },
  },
};
const refused = "403 entity.notcreatable";

test("what is granted is created, and changed at will later", async () => {
  expect(await send("PUT", "things/org.acme:a", {})).toBe(201);
  expect(await send("PUT", "things/org.acme:a", { attributes: { a: 1 } })).toBe(204);
  expect(await send("PUT", "policies/org.other:p", policy)).toBe(201);
});

test("what is not granted, or revoked, is refused by every method", async () => {
  for (const id of ["org.other:a", "com.acme:a", "org.acme.secret:a"]) {
    expect(await send("PUT", `things/${id}`, {})).toBe(refused);
    expect(await send("PATCH", `things/${id}`, { attributes: { a: 1 } })).toBe(refused);
  }
  expect(await send("POST", "things?namespace=org.other", {})).toBe(refused);
  expect(await send("PUT", "policies/org.acme.secret:p", policy)).toBe(refused);
  expect(await send("PUT", "policies/com.acme:p", policy)).toBe(refused);
  expect((await server.fetch("/api/2/policies/com.acme:p")).status).toBe(404);
});

test("a refused thing leaves no policy behind", async () => {
  expect(await send("PUT", "things/org.other:b", { _policy: policy })).toBe(refused);

  expect((await server.fetch("/api/2/policies/org.other:b")).status).toBe(404);
});

test("a thing whose policy may not be created with it is refused as a thing", async () => {
  const definition = "org.models:lamp:1.0.0";

  expect(await send("PUT", "things/org.bare:a", {})).toBe("403 things:thing.notcreatable");
  expect(await send("PUT", "things/org.bare:a", { policyId: "org.other:p" })).toBe(201);
  expect(await send("PUT", "things/org.models:a", {})).toBe(refused);
  expect(await send("PUT", "things/org.models:a", { definition })).toBe(201);
});

test("the rules come before preconditions and before what is wrong with a policy", async () => {
  expect(await send("PUT", "things/org.other:c", { policyId: "org.none:p" })).toBe(refused);
  expect(await send("PUT", "policies/com.acme:p", { entries: {} })).toBe(refused);
  const conditional = await server.fetch("/api/2/things/org.other:c", {
    method: "PUT",
    headers: { "content-type": "application/json", "if-match": "*" },
    body: "{}",
  });
  expect(conditional.status).toBe(403);
});

test("a create command is refused even where the entity exists, a modify command is not", async () => {
  const thing = { definition: "org.models:lamp:1.0.0" };
  expect(await send("PUT", "things/org.models:there", thing)).toBe(201);
  await using session = await openSession(server);
  const command = (action: string) => ({
    topic: `org.models/there/things/twin/commands/${action}`,
    headers: {},
    path: "/",
    value: {},
  });

  expect(await session.ask(command("create"))).toMatchObject({
    topic: "org.models/there/things/twin/errors",
    status: 403,
    value: { error: "entity.notcreatable" },
  });
  expect(await session.ask(command("modify"))).toMatchObject({ status: 204 });
});
