// `/api/2/predictors`: what the door makes of requests, and of what the predictors say.

import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { predictorNotFound, predictorPreconditionFailed } from "../../../src/predictions/errors.ts";
import type { PredictorsApi } from "../../../src/predictions/predictors-api.ts";
import { asUser, predictorsWorld, refusalOf } from "./world.ts";

const json = (value: unknown, type = "application/json", headers: Record<string, string> = {}) => ({
  body: typeof value === "string" ? value : JSON.stringify(value),
  headers: {
    authorization: `Basic ${Buffer.from("devops:dev").toString("base64")}`,
    "content-type": type,
    ...headers,
  },
});
const executing = (status: number): Partial<PredictorsApi> => ({
  execute: async () => ({ status, revision: 4, etag: '"rev:4"', ...(status === 201 && { value: { a: 1 } }) }),
});

test("the list is that of the caller, as far as fields are asked for", async () => {
  await using world = await predictorsWorld({
    predictors: { list: async () => ({ predictors: [{ id: "p" }] }) },
  });

  const answer = await world.fetch("GET ?fields=id,bind(namespaces)", { headers: asUser });

  expect([answer.status, await answer.json(), answer.headers.get("link")]).toEqual([
    200,
    [{ id: "p" }],
    null,
  ]);
  expect(answer.headers.get("ditto-originator")).toBe("nginx:ditto");
  expect(world.calls).toEqual([
    {
      name: "list",
      given: [
        { isOperator: false, auth: { subjects: ["nginx:ditto"] } },
        { fields: [["id"], ["bind", "namespaces"]], limit: 100 },
      ],
    },
  ]);
  expect((await world.fetch("GET /")).status).toBe(200);
});

test("a list that goes on has a link to where it does", async () => {
  await using world = await predictorsWorld({
    predictors: { list: async () => ({ predictors: [{ id: "p:1" }], next: "p:1" }) },
  });

  const answer = await world.fetch("GET ?limit=1&after=o&fields=id");

  expect(world.calls[0]?.given[1]).toEqual({ fields: [["id"]], after: "o", limit: 1 });
  const link = /^<(.+)>; rel="next"$/.exec(answer.headers.get("link") ?? "")?.[1] ?? "";
  expect(new URL(link, answer.url).href).toBe(
    `http://${world.address}/api/2/predictors?limit=1&after=p%3A1&fields=id`,
  );
});

test.each([
  ["limit=0", "400 gateway:query.parameter.invalid"],
  ["limit=1001", "400 gateway:query.parameter.invalid"],
  ["after=a%20b", "400 predictors:predictor.id.invalid"],
])("a page that makes no sense is refused: %s", async (query, refusal) => {
  await using world = await predictorsWorld();

  expect(await refusalOf(await world.fetch(`GET ?${query}`))).toBe(refusal);
});

test("a predictor is told with its revision and entity tag; as it was, with the headers of history", async () => {
  const value = { authorizationContext: ["a:b"] };
  await using world = await predictorsWorld({
    predictors: {
      retrieve: async () => ({
        status: 200,
        value,
        revision: 2,
        etag: '"rev:2"',
        headers: { "historical-headers": {} },
      }),
    },
  });

  const answer = await world.fetch("GET /my.p:1?fields=model&at-historical-revision=2");

  expect([answer.status, await answer.json()]).toEqual([200, value]);
  expect(answer.headers.get("etag")).toBe('"rev:2"');
  expect(answer.headers.get("entity-revision")).toBe("2");
  expect(answer.headers.get("historical-headers")).toBe("{}");
  expect(world.calls[0]?.given[0]).toMatchObject({
    id: "my.p:1",
    caller: { isOperator: true },
    fields: [["model"]],
    headers: { "at-historical-revision": 2 },
  });
});

test("one that is known already is not told again", async () => {
  await using world = await predictorsWorld({
    predictors: { retrieve: async () => ({ status: 304, etag: '"rev:2"', revision: 2 }) },
  });

  const answer = await world.fetch("GET /p", { headers: { ...asUser, "if-none-match": '"rev:2"' } });

  expect([answer.status, answer.headers.get("etag"), await answer.text()]).toEqual([304, '"rev:2"', ""]);
  expect(world.calls[0]?.given[0]).toMatchObject({ headers: { "if-none-match": '"rev:2"' } });
});

test("a new predictor is told with where it is, one that is replaced is not", async () => {
  await using made = await predictorsWorld({ predictors: executing(201) });
  const created = await made.fetch(
    "PUT /p:1",
    json({ status: "active" }, "application/json", { "if-match": '"rev:3"' }),
  );
  expect([created.status, await created.json()]).toEqual([201, { a: 1 }]);
  expect(created.headers.get("location")).toBe(`http://${made.address}/api/2/predictors/p:1`);
  expect(made.calls[0]).toMatchObject({
    name: "execute",
    given: [{ action: "put", id: "p:1", value: { status: "active" }, headers: { "if-match": '"rev:3"' } }],
  });

  await using replaced = await predictorsWorld({ predictors: executing(204) });
  const answer = await replaced.fetch("PUT /p", json({}));
  expect([answer.status, answer.headers.get("entity-revision"), await answer.text()]).toEqual([204, "4", ""]);
});

test("a patch is a merge patch", async () => {
  await using world = await predictorsWorld({ predictors: executing(204) });

  expect((await world.fetch("PATCH /p", json({ status: null }, "application/merge-patch+json"))).status).toBe(
    204,
  );
  expect(world.calls[0]?.given[0]).toMatchObject({ action: "patch", value: { status: null } });
  for (const type of ["application/json", "application/json-patch+json"])
    expect(await refusalOf(await world.fetch("PATCH /p", json([], type)))).toBe("415 mediatype.unsupported");
  expect(world.calls).toHaveLength(1);
});

test.each([
  ["DELETE /p", { action: "delete" }],
  ["POST /p/rollback", { action: "rollback" }],
  ["POST /p/models/v1.2/activate", { action: "activate", version: "v1.2" }],
])("%s is asked of the predictors", async (line, command) => {
  await using world = await predictorsWorld({ predictors: executing(204) });

  expect((await world.fetch(line)).status).toBe(204);
  expect(world.calls[0]?.given[0]).toMatchObject({ id: "p", caller: { isOperator: true }, ...command });
});

test("the status is told, and a baseline is forgotten by version or as a whole", async () => {
  await using world = await predictorsWorld({
    predictors: { status: async () => ({ state: "serving" }), resetBaseline: async () => undefined },
  });

  expect(await (await world.fetch("GET /p/status")).json()).toEqual({ state: "serving" });
  expect((await world.fetch("DELETE /p/baseline")).status).toBe(204);
  expect((await world.fetch("DELETE /p/baseline?version=v2")).status).toBe(204);
  expect(world.calls.map(({ name, given }) => [name, given[1]])).toEqual([
    ["status", undefined],
    ["resetBaseline", undefined],
    ["resetBaseline", "v2"],
  ]);
});

test.each([
  ["POST ", "GET"],
  ["POST /p", "GET, PUT, PATCH, DELETE"],
  ["PUT /p/status", "GET"],
  ["GET /p/baseline", "DELETE"],
  ["GET /p/rollback", "POST"],
  ["PUT /p/models", "GET"],
  ["POST /p/models/v1", "GET, PUT, DELETE"],
  ["GET /p/models/v1/activate", "POST"],
  ["POST /p/training-data", "GET"],
])("%s is not allowed", async (line, allow) => {
  await using world = await predictorsWorld();

  const answer = await world.fetch(line);

  expect([answer.status, answer.headers.get("allow"), world.calls]).toEqual([405, allow, []]);
});

test.each(["/p/else", "/p/models/v/else", "/p/models/v/activate/x", "/p/status/x", "/p//models"])(
  "there is nothing at %s",
  async (path) => {
    await using world = await predictorsWorld();

    expect((await world.fetch(`GET ${path}`)).status).toBe(404);
  },
);

test.each([
  ["/a%20b", "400 predictors:predictor.id.invalid"],
  ["/a%2Fb", "400 predictors:predictor.id.invalid"],
  [`/${"p".repeat(101)}`, "400 predictors:predictor.id.invalid"],
  ["/p/models/v:1", "400 predictors:model.invalid"],
])("the name in %s is refused", async (path, refusal) => {
  await using world = await predictorsWorld();

  expect(await refusalOf(await world.fetch(`GET ${path}`))).toBe(refusal);
});

test("bodies that are no JSON, of another type, or too large are refused", async () => {
  await using world = await predictorsWorld();

  expect(await refusalOf(await world.fetch("PUT /p", json("{")))).toBe("400 json.invalid");
  expect(await refusalOf(await world.fetch("PUT /p", json("{}", "text/xml")))).toBe(
    "415 mediatype.unsupported",
  );
  expect(await refusalOf(await world.fetch("PUT /p", json(`"${"x".repeat(10_000)}"`)))).toBe(
    "413 predictors:predictor.toolarge",
  );
  expect(world.calls).toEqual([]);
});

test("refusals are those of the predictors, with the entity tag and the headers that are repeated", async () => {
  await using world = await predictorsWorld({
    predictors: {
      status: () => Promise.reject(predictorNotFound("p")),
      retrieve: () => Promise.reject(predictorPreconditionFailed("if-match", "x", "y").withEtag('"rev:3"')),
    },
  });
  const headers = { ...asUser, "correlation-id": "c1" };

  const missing = await world.fetch("GET /p/status", { headers });
  const failed = await world.fetch("GET /p", { headers });

  expect(await refusalOf(missing)).toBe("404 predictors:predictor.notfound");
  expect(missing.headers.get("correlation-id")).toBe("c1");
  expect(failed.headers.get("etag")).toBe('"rev:3"');
  expect(world.faults).toEqual([]);
});

test("what should not happen is noted, and told as no more than that", async () => {
  await using world = await predictorsWorld({
    predictors: { status: () => Promise.reject(new Error("the lamp fell down")) },
  });

  const answer = await world.fetch("GET /p/status");

  expect(answer.status).toBe(500);
  expect(await answer.text()).not.toContain("lamp");
  expect(world.faults).toHaveLength(1);
});

test("who does not want to wait is told that it is not done in time", async () => {
  await using world = await predictorsWorld({ predictors: { status: () => new Promise(() => undefined) } });

  expect(await refusalOf(await world.fetch("GET /p/status?timeout=10ms"))).toBe("408 command.timeout");
  expect((await world.fetch("GET /p/status?timeout=2m")).status).toBe(400);
  expect(world.calls).toHaveLength(1);
});

test("a request without a host is answered", async () => {
  await using world = await predictorsWorld();
  const [host, port] = world.address.split(":");
  const socket = connect(Number(port), host);
  socket.write("GET /api/2/predictors HTTP/1.0\r\n\r\n");

  const [answer] = (await once(socket, "data")) as [Buffer];

  expect(answer.toString()).toContain("400 Bad Request");
  socket.destroy();
});
