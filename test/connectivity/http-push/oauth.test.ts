import { describe, expect, test } from "vitest";
import { Tokens } from "../../../src/connectivity/connectors/http-push/oauth.ts";
import type { HttpPushSettings } from "../../../src/connectivity/connectors/http-push/settings.ts";
import type { OAuthClientCredentials, OAuthPassword } from "../../../src/connectivity/model.ts";
import { newAuthority } from "../../support/brokers/certificates.ts";
import { type HttpEndpoint, startHttpEndpoint } from "../../support/brokers/https.ts";
import { inSeconds, newKey, sign } from "../../support/loopback-issuer.ts";
import { anyHost, strictHosts } from "../net/connections.ts";
import { httpPushSettings, openPusher, publication } from "./pushing.ts";

const key = newKey();

const clientOf = (endpoint: HttpEndpoint, scheme = "http"): OAuthClientCredentials => ({
  type: "oauth-client-credentials",
  tokenEndpoint: `${scheme}://127.0.0.1:${endpoint.port}/oauth/token?tenant=1`,
  clientId: "my client",
  clientSecret: "s&cret",
  requestedScopes: "scope-1 scope-2",
});

const passwordOf = (endpoint: HttpEndpoint, some: Partial<OAuthPassword> = {}): OAuthPassword => ({
  type: "oauth-password",
  tokenEndpoint: `http://127.0.0.1:${endpoint.port}/token`,
  clientId: "public",
  requestedScopes: "a",
  username: "user",
  password: "pässword",
  ...some,
});

/** Gives a new token for each request; tells how many it gave. */
async function issues(
  endpoint: HttpEndpoint,
  seconds: number,
  answer: object = {},
): Promise<readonly string[]> {
  const tokens = await Promise.all(
    [1, 2, 3, 4].map((n) => sign(key, { exp: inSeconds(seconds), sub: String(n) })),
  );
  const given: string[] = [];
  endpoint.answer((_, response) => {
    const access_token = tokens[given.length] as string;
    given.push(access_token);
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ access_token, ...answer }));
  });
  return given;
}

const tokensOf = (
  credentials: OAuthClientCredentials | OAuthPassword,
  settings: Partial<HttpPushSettings> = {},
  now?: () => number,
) => new Tokens(credentials, {}, anyHost, { ...httpPushSettings, ...settings }, now);

test("by client credentials a token is asked for once, for all who want it at a time", async () => {
  await using endpoint = await startHttpEndpoint();
  const given = await issues(endpoint, 600);
  const tokens = tokensOf({ ...clientOf(endpoint), audience: "aud/1" });

  const got = await Promise.all([tokens.fresh(), tokens.fresh()]);
  got.push(await tokens.fresh());
  await tokens.close(new Error("done"));

  expect(got).toEqual([given[0], given[0], given[0]]);
  expect(endpoint.received.map(({ method, url }) => `${method} ${url}`)).toEqual([
    "POST /oauth/token?tenant=1",
  ]);
  expect(endpoint.received[0]?.headers).toMatchObject({
    accept: "application/json",
    "content-type": "application/x-www-form-urlencoded",
  });
  expect(endpoint.received[0]?.body.toString()).toBe(
    "grant_type=client_credentials&client_id=my%20client&client_secret=s%26cret&scope=scope-1%20scope-2&audience=aud%2F1",
  );
});

test.each<[some: Partial<OAuthPassword>, secret: string]>([
  [{}, ""],
  [{ clientSecret: "s" }, "client_secret=s&"],
])("by password a token is asked for, %j", async (some, secret) => {
  await using endpoint = await startHttpEndpoint();
  await issues(endpoint, 600);
  const tokens = tokensOf(passwordOf(endpoint, some));

  await tokens.fresh();
  await tokens.close(new Error("done"));

  expect(endpoint.received[0]?.body.toString()).toBe(
    `grant_type=password&client_id=public&${secret}scope=a&username=user&password=p%C3%A4ssword`,
  );
});

test("a token is replaced as long before its end as clocks may differ", async () => {
  await using endpoint = await startHttpEndpoint();
  const given = await issues(endpoint, 100);
  let now = Date.now();
  const tokens = tokensOf(clientOf(endpoint), { maxClockSkew: 60_000 }, () => now);

  const got = [await tokens.fresh()];
  now += 38_000;
  got.push(await tokens.fresh());
  now += 3_000;
  got.push(await tokens.fresh());
  await tokens.close(new Error("done"));

  expect(got).toEqual([given[0], given[0], given[1]]);
});

test("a token that is no JWT ends when its answer says", async () => {
  await using endpoint = await startHttpEndpoint();
  await issues(endpoint, 1, { access_token: "opaque", expires_in: 100 });
  let now = Date.now();
  const tokens = tokensOf(clientOf(endpoint), {}, () => now);

  expect(await tokens.fresh()).toBe("opaque");
  await tokens.fresh();
  expect(endpoint.received.length).toBe(1);
  now += 50_000;
  await tokens.fresh();
  await tokens.close(new Error("done"));
  expect(endpoint.received.length).toBe(2);
});

test.each<[reason: RegExp, status: number, body: string]>([
  [/status 401/, 401, '{"error":"invalid_client"}'],
  [/status 302/, 302, ""],
  [/no token/, 200, "{}"],
  [/no token/, 200, "no JSON"],
  [/no token/, 200, '{"access_token":"a\\r\\nb: c","expires_in":9}'],
  [/when the token ends/, 200, '{"access_token":"opaque"}'],
])("an endpoint that gives no token is told: %s", async (reason, status, body) => {
  await using endpoint = await startHttpEndpoint();
  endpoint.answer((_, response) =>
    response.writeHead(status, { "content-type": "application/json" }).end(body),
  );
  const tokens = tokensOf(clientOf(endpoint));

  await expect(tokens.fresh()).rejects.toMatchObject({
    isMisconfigured: true,
    message: expect.stringMatching(reason),
  });
  await expect(tokens.fresh()).rejects.not.toThrow(/s&cret|s%26cret/);
  await tokens.close(new Error("done"));
  expect(endpoint.received.length).toBe(2);
});

test("a token endpoint on an internal address is not connected to where that is blocked", async () => {
  await using endpoint = await startHttpEndpoint();
  const credentials = {
    ...clientOf(endpoint),
    tokenEndpoint: `http://inside.example:${endpoint.port}/token`,
  };
  const tokens = new Tokens(credentials, {}, strictHosts(), httpPushSettings);

  await expect(tokens.fresh()).rejects.toThrow(/loopback/);
  await tokens.close(new Error("done"));
  expect(endpoint.sockets).toBe(0);
});

describe("a connection", () => {
  test("sends its token with each message", async () => {
    await using issuer = await startHttpEndpoint();
    await using endpoint = await startHttpEndpoint();
    const given = await issues(issuer, 600);
    const connection = { credentials: clientOf(issuer) };
    await using pusher = await openPusher(`http://127.0.0.1:${endpoint.port}`, { connection });

    for (let i = 0; i < 2; i++) await pusher.connector.publish(publication("POST:/a", "x"));

    expect(endpoint.received.map(({ headers }) => headers.authorization)).toEqual([
      `Bearer ${given[0]}`,
      `Bearer ${given[0]}`,
    ]);
  });

  test("trusts a token endpoint over TLS by its own certificates", async () => {
    const authority = await newAuthority();
    const tls = await authority.issue("issuer", ["IP:127.0.0.1"]);
    await using issuer = await startHttpEndpoint({ tls });
    await using endpoint = await startHttpEndpoint({ tls });
    await issues(issuer, 600);
    const connection = { credentials: clientOf(issuer, "https"), ca: authority.ca };
    await using pusher = await openPusher(`https://127.0.0.1:${endpoint.port}`, { connection });

    expect((await pusher.connector.publish(publication("POST:/a", "x"))).status).toBe(204);
  });

  test("is lost when there is no token for a message", async () => {
    await using issuer = await startHttpEndpoint();
    await using endpoint = await startHttpEndpoint();
    const connection = { credentials: passwordOf(issuer) };
    await using pusher = await openPusher(`http://127.0.0.1:${endpoint.port}`, { connection });

    await expect(pusher.connector.publish(publication("POST:/a", "x"))).rejects.toThrow(/gives no token/);
    expect(pusher.lost.length).toBe(1);
    expect(endpoint.received).toEqual([]);
  });

  test("fails its test when there is no token", async () => {
    await using issuer = await startHttpEndpoint();
    await using endpoint = await startHttpEndpoint();
    const connection = { credentials: clientOf(issuer) };

    await expect(
      openPusher(`http://127.0.0.1:${endpoint.port}`, { connection, isTest: true }),
    ).rejects.toThrow(/gives no token/);
  });
});
