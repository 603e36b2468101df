import { once } from "node:events";
import bcrypt from "bcryptjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { startServer, type TestServer } from "../support/server.ts";
import { handshakeStatus, openSession } from "../support/socket.ts";

const basic = (credentials: string) => `Basic ${Buffer.from(credentials).toString("base64")}`;
const whoami = async (server: TestServer, headers: Record<string, string>) => {
  const reply = await fetch(`${server.url}/api/2/whoami`, { headers });
  const body = await reply.json();
  return { status: reply.status, body, challenge: reply.headers.get("www-authenticate") };
};

/** A server as it is without settings. */
let quickStart: TestServer;
beforeAll(async () => {
  quickStart = await startServer();
});
afterAll(() => quickStart[Symbol.asyncDispose]());

describe("by name and password", () => {
  const refused: readonly (readonly [says: string, authorization: string | undefined])[] = [
    ["no credentials", undefined],
    ["a wrong password", basic("ditto:wrong")],
    ["an empty password", basic("ditto:")],
    ["a longer password", basic("ditto:ditto2")],
    ["a user nobody knows", basic("nobody:ditto")],
    ["a user nobody knows, without a password", basic("nobody:")],
    ["no user", basic(":")],
    ["no colon", basic("ditto")],
    ["the name of a prototype", basic("__proto__:")],
    ["what is not base64", "Basic !!!"],
    ["nothing behind Basic", "Basic"],
    ["another scheme", "Digest username=ditto"],
    ["an empty header", ""],
    ["credentials in the open", "ditto:ditto"],
  ];

  test("is asked of everybody, and says nothing about what was wrong", async () => {
    const unknown = await whoami(quickStart, {});
    expect(unknown.challenge).toBe('Basic realm="ditto", charset="UTF-8"');
    for (const [says, authorization] of refused) {
      const reply = await whoami(quickStart, authorization === undefined ? {} : { authorization });
      expect([says, reply]).toEqual([says, unknown]);
    }
    expect(unknown).toMatchObject({
      status: 401,
      body: { status: 401, error: "gateway:authentication.failed" },
    });

    for (const path of ["/api/2/things", "/api/2/things/a:b", "/api/2/things/nocolon", "/api/2/policies/a:b"])
      expect([path, (await fetch(quickStart.url + path)).status]).toEqual([path, 401]);
    await expect(openSession(quickStart, {})).rejects.toThrow("401");
    await expect(openSession(quickStart, { authorization: basic("ditto:wrong") })).rejects.toThrow("401");
  });

  test("is asked for at the WebSocket as by HTTP", async () => {
    const socket = new WebSocket(`${quickStart.wsUrl}/ws/2`);
    const [request, reply] = await once(socket, "unexpected-response");
    request.destroy();

    expect(reply.statusCode).toBe(401);
    expect(reply.headers["www-authenticate"]).toBe('Basic realm="ditto", charset="UTF-8"');
  });

  test("makes a subject of the user; the scheme's case does not matter; a token is no password", async () => {
    const expected = { defaultSubject: "nginx:ditto", subjects: ["nginx:ditto"] };
    expect((await whoami(quickStart, { authorization: basic("ditto:ditto") })).body).toEqual(expected);
    expect(
      (await whoami(quickStart, { authorization: basic("ditto:ditto").replace("Basic", "bAsIc") })).body,
    ).toEqual(expected);
    expect(await whoami(quickStart, { authorization: "Bearer a.b.c" })).toMatchObject({
      status: 400,
      body: { error: "jwt:invalid" },
    });
  });

  test("knows the users that are configured, and no others", async () => {
    await using server = await startServer({ env: { USERS: "anna:s3cret,bert:pa:ss" } });
    expect((await whoami(server, { authorization: basic("anna:s3cret") })).body).toMatchObject({
      subjects: ["nginx:anna"],
    });
    expect((await whoami(server, { authorization: basic("ditto:ditto") })).status).toBe(401);
    expect((await whoami(server, { authorization: basic("bert:s3cret") })).status).toBe(401);
  });
});

describe("guessing", () => {
  test("is counted at both doors together, and told apart from other addresses by the trusted proxy only", async () => {
    const password = bcrypt.hashSync("s3cret", 4);
    const env = {
      USERS: `anna:${password}`,
      LOGIN_FAILURES_PER_NAME: "3",
      TRUSTED_PROXIES: "1",
      WS_BASIC_PARAMETER: "true",
    };
    await using server = await startServer({ env });
    const from = (address: string) => ({ "x-forwarded-for": `6.6.6.6, ${address}` });
    const open = (credentials: string, address: string) =>
      handshakeStatus(server, from(address), `?basic=${encodeURIComponent(credentials)}`);

    expect(await open("anna:s3cret", "192.0.2.1")).toBe(101);
    expect(await open("anna:wrong", "192.0.2.1")).toBe(401);
    for (const wrong of ["1", "2"])
      expect(
        (await whoami(server, { authorization: basic(`anna:${wrong}`), ...from("192.0.2.1") })).status,
      ).toBe(401);
    expect(await open("anna:wrong", "192.0.2.1")).toBe(429);
    const right = { authorization: basic("anna:s3cret") };
    expect(await whoami(server, { ...right, ...from("192.0.2.1") })).toMatchObject({
      status: 429,
      body: { error: "too.many.requests" },
    });
    expect((await whoami(server, { ...right, ...from("192.0.2.2") })).body).toMatchObject({
      subjects: ["nginx:anna"],
    });
  });
});

describe("by a trusted proxy", () => {
  const header = { "x-ditto-pre-authenticated": "nginx:anna,test:b" };
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ env: { ENABLE_PRE_AUTHENTICATION: "true" } });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test("is off unless it is turned on", async () => {
    expect((await whoami(quickStart, header)).status).toBe(401);
    expect((await whoami(quickStart, { ...header, authorization: basic("ditto:ditto") })).body).toMatchObject(
      {
        subjects: ["nginx:ditto"],
      },
    );
    await expect(openSession(quickStart, header)).rejects.toThrow("401");
  });

  test("speaks for all its subjects when it is on", async () => {
    expect((await whoami(server, header)).body).toEqual({
      defaultSubject: "nginx:anna",
      subjects: ["nginx:anna", "test:b"],
    });
    for (const nobody of ["", " ", ",", " , "])
      expect([nobody, (await whoami(server, { "x-ditto-pre-authenticated": nobody })).status]).toEqual([
        nobody,
        401,
      ]);
  });

  test("tells names in UTF-8, which the headers of answers leave out", async () => {
    const bytesOf = (name: string) => ({ "x-ditto-pre-authenticated": Buffer.from(name).toString("latin1") });
    expect((await whoami(server, bytesOf("nginx:\u00fc"))).body).toMatchObject({
      subjects: ["nginx:\u00fc"],
    });

    const name = "nginx:\u0142\u0105ka";
    const url = `${server.url}/api/2/things/org.acme:lamp`;
    const headers = { ...bytesOf(name), "content-type": "application/json" };
    const created = await fetch(url, { method: "PUT", headers, body: "{}" });
    const refused = await fetch(`${url}/attributes/none`, { headers });

    expect([created.status, refused.status]).toEqual([201, 404]);
    for (const answer of [created, refused]) expect(answer.headers.has("ditto-originator")).toBe(false);
  });

  test("may tell names in Latin-1, which is no UTF-8", async () => {
    const { body } = await whoami(server, { "x-ditto-pre-authenticated": "nginx:\u00fc" });
    expect(body).toMatchObject({ subjects: ["nginx:\u00fc"] });
  });
});
