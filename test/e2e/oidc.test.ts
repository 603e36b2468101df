// Tokens of a real OpenID Connect issuer at a real server: over HTTP, at the WebSocket's handshake, and while keys rotate.

import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newKey, sign } from "../support/loopback-issuer.ts";
import { AUDIENCE, type OidcIssuer, startOidcIssuer } from "../support/oidc.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { handshakeStatus, openSession } from "../support/socket.ts";

let issuer: OidcIssuer;
let server: TestServer;

beforeAll(async () => {
  issuer = await startOidcIssuer();
  const trusted = {
    idp: {
      issuer: issuer.address,
      "auth-subjects": ["{{ jwt:sub }}", "{{ jwt:sub }}/{{ jwt:roles }}"],
      "prerequisite-conditions": [
        `{{ jwt:aud | fn:filter('eq','${AUDIENCE}') }}`,
        "{{ jwt:blocked | fn:default('no') | fn:filter('ne','yes') }}",
      ],
    },
  };
  server = await startServer({
    env: { OPENID_CONNECT_ISSUERS: JSON.stringify(trusted), OAUTH_PROTOCOL: "http" },
  });
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await issuer?.[Symbol.asyncDispose]();
});

interface Told {
  readonly status: number;
  readonly error?: string;
  readonly subjects?: readonly string[];
}

async function told(path: string, token?: string, init: RequestInit = {}): Promise<Told> {
  const headers = new Headers(init.headers);
  if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
  const response = await fetch(`${server.url}${path}`, { ...init, headers });
  const body = (await response.json()) as { error?: string; subjects?: readonly string[] };
  return {
    status: response.status,
    ...(body.error === undefined ? {} : { error: body.error }),
    ...(body.subjects === undefined ? {} : { subjects: body.subjects }),
  };
}

const put = (definition: object): RequestInit => ({
  method: "PUT",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(definition),
});

test("a token is known by its subjects, and what it creates belongs to them", async () => {
  const token = await issuer.token({ claims: { roles: ["press", "audit"] } });
  const other = await issuer.token({ client: "operator-1" });

  expect(await told("/api/2/whoami", token)).toMatchObject({
    status: 200,
    subjects: ["idp:machine-7", "idp:machine-7/press", "idp:machine-7/audit"],
  });
  expect((await told("/api/2/things/org.oidc:mine", token, put({ attributes: { a: 1 } }))).status).toBe(201);
  expect(await told("/api/2/things/org.oidc:mine", token)).toMatchObject({ status: 200 });
  expect(await told("/api/2/things/org.oidc:mine", other)).toEqual({
    status: 404,
    error: "things:thing.notfound",
  });
});

test("a role in a token opens what a policy grants to it, and nothing else", async () => {
  const owner = await issuer.token();
  const auditor = await issuer.token({ client: "operator-1", claims: { roles: ["audit"] } });
  const subjects = (subject: string) => ({ subjects: { [subject]: { type: "test" } } });
  const all = { grant: ["READ", "WRITE"], revoke: [] };
  const entries = {
    owner: { ...subjects("idp:machine-7"), resources: { "thing:/": all, "policy:/": all } },
    audit: {
      ...subjects("idp:operator-1/audit"),
      resources: { "thing:/attributes/log": { grant: ["READ"], revoke: [] } },
    },
  };
  await told("/api/2/policies/org.oidc:shared", owner, put({ entries }));
  const thing = { policyId: "org.oidc:shared", attributes: { log: "ok", secret: 1 } };
  await told("/api/2/things/org.oidc:shared", owner, put(thing));

  const seen = await fetch(`${server.url}/api/2/things/org.oidc:shared/attributes`, {
    headers: { authorization: `Bearer ${auditor}` },
  });

  expect(await seen.json()).toEqual({ log: "ok" });
});

test("forged, foreign and malformed tokens are refused, and so is a token in the query of an HTTP request", async () => {
  const token = await issuer.token();
  const [header, payload, signature] = token.split(".");
  const forged = await sign(newKey(), { iss: `http://${issuer.address}`, sub: "machine-7", aud: AUDIENCE });
  const foreign = await sign(newKey(), { iss: "https://accounts.google.com", sub: "machine-7" });
  const whoami = (text: string) => told("/api/2/whoami", text);

  expect(await whoami(forged)).toEqual({ status: 401, error: "gateway:authentication.failed" });
  expect(await whoami(`${header}.${payload}.${signature?.split("").reverse().join("")}`)).toEqual({
    status: 401,
    error: "gateway:authentication.failed",
  });
  expect(await whoami(foreign)).toEqual({ status: 401, error: "gateway:jwt.issuer.notsupported" });
  expect(await whoami("abc.def.ghi")).toEqual({ status: 400, error: "jwt:invalid" });
  expect(await told(`/api/2/whoami?access_token=${token}`)).toEqual({
    status: 401,
    error: "gateway:authentication.failed",
  });
});

test("a token that does not meet a condition is refused", async () => {
  const token = await issuer.token({ claims: { blocked: "yes" } });

  expect(await told("/api/2/whoami", token)).toEqual({ status: 401, error: "gateway:jwt.condition.failed" });
});

test("a WebSocket takes a token in its header or its query, but not in both", async () => {
  const token = await issuer.token();
  const bearer = { authorization: `Bearer ${token}` };
  const query = `?access_token=${token}`;

  expect(await handshakeStatus(server, bearer)).toBe(101);
  expect(await handshakeStatus(server, {}, query)).toBe(101);
  expect(await handshakeStatus(server, bearer, query)).toBe(401);
  expect(await handshakeStatus(server, {}, "?access_token=abc.def.ghi")).toBe(400);
  expect(await handshakeStatus(server)).toBe(401);
});

test("a WebSocket session ends with its token, unless it is given a newer one in time", async () => {
  const short = { claims: { roles: ["press"] }, expiresInSeconds: 5 };
  const [first, second, newer] = await Promise.all([
    issuer.token(short),
    issuer.token(short),
    issuer.token({ ...short, expiresInSeconds: 60 }),
  ]);
  await using ending = await openSession(server, {}, `?access_token=${first}`);
  await using going = await openSession(server, { authorization: `Bearer ${second}` });
  going.send(`JWT-TOKEN?jwtToken=${newer}`);

  expect(await ending.closed).toEqual({ code: 1000, reason: "gateway:websocket.session.expired" });
  await sleep(500);
  going.send("START-SEND-EVENTS");
  expect(await going.next()).toBe("START-SEND-EVENTS:ACK");
});

test("keys rotate while the server runs: new tokens count at once, old ones as long as their key is published", async () => {
  const before = await issuer.token();
  expect((await told("/api/2/whoami", before)).status).toBe(200);

  issuer.rotate("old keys kept");
  const after = await issuer.token();
  expect((await told("/api/2/whoami", after)).status).toBe(200);
  expect((await told("/api/2/whoami", before)).status).toBe(200);

  issuer.rotate("old keys gone");
  const last = await issuer.token();
  expect((await told("/api/2/whoami", last)).status).toBe(200);
  for (const old of [before, after])
    expect(await told("/api/2/whoami", old)).toEqual({ status: 401, error: "gateway:authentication.failed" });
});

test("a token is let in by an entry for as long as it lasts, and no longer once it is taken out", async () => {
  const token = await issuer.token({ expiresInSeconds: 600 });
  const all = { grant: ["READ", "WRITE", "EXECUTE"], revoke: [] };
  const owner = {
    subjects: { "idp:machine-7": { type: "test" } },
    resources: { "thing:/": all, "policy:/": all },
  };
  await told("/api/2/policies/org.oidc:action", token, put({ entries: { owner } }));
  const act = async (action: string, body?: object) => {
    const path = `/api/2/policies/org.oidc:action/entries/owner/actions/${action}`;
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const answer = await fetch(server.url + path, {
      method: "POST",
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    return answer.status;
  };
  const subjects = async () => {
    const answer = await fetch(`${server.url}/api/2/policies/org.oidc:action/entries/owner/subjects`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return (await answer.json()) as Record<string, { expiry?: string; announcement?: object }>;
  };
  const integrated = `integration:owner:${AUDIENCE}`;

  expect(await act("activateTokenIntegration", { announcement: { whenDeleted: true } })).toBe(204);

  const subject = (await subjects())[integrated];
  expect(subject).toMatchObject({ announcement: { whenDeleted: true } });
  expect(Date.parse(subject?.expiry as string)).toBeGreaterThan(Date.now());
  expect(await act("deactivateTokenIntegration")).toBe(204);
  expect(Object.keys(await subjects())).toEqual(["idp:machine-7"]);
});
