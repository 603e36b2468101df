import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, type TestServer } from "../support/server.ts";

const json = { "content-type": "application/json" };
const as = (subject: string) => ({ "x-ditto-pre-authenticated": subject });
const both = ["READ", "WRITE"];
const grant = (grant: readonly string[], revoke: readonly string[] = []) => ({ grant, revoke });

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ env: { ENABLE_PRE_AUTHENTICATION: "true" } });
  const owner = {
    subjects: { "nginx:owner": { type: "t" } },
    resources: { "thing:/": grant(both), "policy:/": grant(both), "message:/": grant(both) },
  };
  const part = {
    subjects: { "nginx:part": { type: "t" } },
    resources: { "thing:/attributes/n": grant(["READ"]) },
  };
  await create("policies/org.acme:private", { entries: { owner } });
  await create("policies/org.acme:partial", { entries: { owner, part } });
  for (let n = 0; n < 60; n++)
    await create(`things/org.acme:t${String(n).padStart(2, "0")}`, {
      policyId: n % 3 === 0 ? "org.acme:partial" : "org.acme:private",
      attributes: { n, secret: n },
    });
  await create("things/com.other:t", { policyId: "org.acme:partial", attributes: { n: 99 } });
});
afterAll(() => server[Symbol.asyncDispose]());

async function create(path: string, body: object) {
  const reply = await server.fetch(`/api/2/${path}`, {
    method: "PUT",
    headers: { ...json, ...as("nginx:owner") },
    body: JSON.stringify(body),
  });
  expect(reply.status).toBe(201);
}
interface Listed {
  readonly thingId: string;
  readonly attributes?: { readonly n?: number };
}
async function list(query: string, subject = "nginx:owner") {
  const reply = await server.fetch(`/api/2/things${query}`, { headers: as(subject) });
  expect(reply.status).toBe(200);
  const next = /<([^>]+)>; rel="?next"?/.exec(reply.headers.get("link") ?? "")?.[1];
  return { things: (await reply.json()) as readonly Listed[], next };
}
async function listToTheEnd(query: string, subject: string) {
  const pages: (readonly Listed[])[] = [];
  for (let at: string | undefined = query; at !== undefined; ) {
    const { things, next }: Awaited<ReturnType<typeof list>> = await list(at, subject);
    pages.push(things);
    at = next?.replace(/^.*\/things(?=\?)/, "");
    if (pages.length > 100) throw new Error("the pages do not end");
  }
  return pages;
}

describe("a list", () => {
  test("goes on by its cursor to the end, and shows each thing once, in order", async () => {
    const pages = await listToTheEnd("?option=size(7)", "nginx:owner");

    const ids = pages.flat().map(({ thingId }) => thingId);
    expect(ids).toEqual([...new Set(ids)].sort());
    expect(ids).toHaveLength(61);
    expect(pages.map((page) => page.length)).toEqual([7, 7, 7, 7, 7, 7, 7, 7, 5]);
  });

  test.each(["bogus", "E0fmjnl203B6yoeXWBM60QDLT", Buffer.from("org.acme:a\u0000b").toString("base64url")])(
    "is refused with the cursor %s, which no page has given",
    async (cursor) => {
      const response = await server.fetch(`/api/2/things?option=cursor(${cursor})`);

      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ error: "rql.expression.invalid" });
    },
  );

  test("has 25 things a page unless asked otherwise", async () => {
    expect((await list("")).things).toHaveLength(25);
    expect((await list("?option=size(200)")).things).toHaveLength(61);
    expect((await list("?option=size(61)")).next).toBeUndefined();
  });

  test("shows of each thing what the caller may read, and pages over what the caller may not", async () => {
    const pages = await listToTheEnd("?option=size(5)", "nginx:part");

    const things = pages.flat();
    expect(things).toHaveLength(21);
    expect(things.at(-1)).toEqual({ thingId: "org.acme:t57", attributes: { n: 57 } });
    expect(pages.slice(0, -1).every((page) => page.length === 5)).toBe(true);
    expect(await listToTheEnd("", "nginx:stranger")).toEqual([[]]);
  });

  test("takes namespaces and fields, on every page", async () => {
    const pages = await listToTheEnd("?namespaces=com.other&option=size(5)", "nginx:owner");
    expect(pages.flat().map(({ thingId }) => thingId)).toEqual(["com.other:t"]);
    const picked = await listToTheEnd(
      "?fields=attributes/n&namespaces=org.acme&option=size(50)",
      "nginx:owner",
    );
    expect(picked.flat()).toEqual(Array.from({ length: 60 }, (_, n) => ({ attributes: { n } })));
  });

  test("by ids shows those that can be read, and no hint of others", async () => {
    const query = "?ids=org.acme:t00,org.acme:t01,org.acme:none,org.acme:t03";
    expect((await list(query, "nginx:part")).things.map(({ thingId }) => thingId)).toEqual([
      "org.acme:t00",
      "org.acme:t03",
    ]);
    expect((await list(`${query}&fields=thingId`, "nginx:owner")).things).toEqual([
      { thingId: "org.acme:t00" },
      { thingId: "org.acme:t01" },
      { thingId: "org.acme:t03" },
    ]);
  });

  test("shows a thing that was created a moment ago, and none that was deleted", async () => {
    await create("things/zzz.last:one", { policyId: "org.acme:private" });
    expect((await list("?namespaces=zzz.last")).things).toHaveLength(1);
    await server.fetch("/api/2/things/zzz.last:one", { method: "DELETE", headers: as("nginx:owner") });
    expect((await list("?namespaces=zzz.last")).things).toEqual([]);
  });
});

test("what was acknowledged is listed after the server was stopped, or killed, and started again", async () => {
  let again = await startServer();
  const dir = again.dataDir;
  const write = (name: string) =>
    again.fetch(`/api/2/things/org.acme:${name}`, { method: "PUT", headers: json, body: "{}" });
  const names = async () =>
    ((await (await again.fetch("/api/2/things")).json()) as Listed[]).map(({ thingId }) => thingId);
  try {
    expect((await write("before-kill")).status).toBe(201);
    await again.kill();
    again = await startServer({ dataDir: dir });
    expect(await names()).toEqual(["org.acme:before-kill"]);
    expect((await write("before-stop")).status).toBe(201);
    expect(await again.stop()).toBe(0);
    again = await startServer({ dataDir: dir });
    expect(await names()).toEqual(["org.acme:before-kill", "org.acme:before-stop"]);
  } finally {
    await again[Symbol.asyncDispose]();
  }
});
