import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { text } from "node:stream/consumers";
import { test } from "vitest";
import { TwinError } from "../../../src/base/errors.ts";
import { refusalHeaders } from "../../../src/gateway/auth/challenge.ts";
import { commandRate } from "../../../src/gateway/throttling/command-rate.ts";
import { requestLimits } from "../../../src/gateway/throttling/requests.ts";

interface Settings {
  readonly maxRequestsAtOnce?: number;
  readonly subjectRequestsAtOnce?: number;
  readonly subjectCommandsPerSecond?: number;
  readonly subjectCommandsBurst?: number;
}

/** A real HTTP server behind the limits: the user says who he is, and answers wait until they are let go. */
async function limitedServer(settings: Settings) {
  let refused = 0;
  const onRefused = () => {
    refused++;
  };
  const rate = commandRate({ subjectCommandsPerSecond: 0, subjectCommandsBurst: 0, ...settings }, onRefused);
  const limits = requestLimits(
    { maxRequestsAtOnce: 1_000, subjectRequestsAtOnce: 0, ...settings },
    rate,
    onRefused,
  );
  const authenticate = limits.judging((incoming) => ({ subjects: [String(incoming.headers.user)] }));
  let gate = Promise.withResolvers<void>();

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const busy = limits.begin(incoming, outgoing);
    if (busy) {
      outgoing.writeHead(busy.status, Object.fromEntries(busy.headers)).end(await busy.text());
      return;
    }
    try {
      await authenticate(incoming, undefined, "http");
      if (incoming.url?.endsWith("wait")) await gate.promise;
      outgoing.end("done");
    } catch (error) {
      assert.ok(error instanceof TwinError);
      outgoing.writeHead(error.status, refusalHeaders(error, false)).end(JSON.stringify(error));
    }
  }

  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ask: (user: string, path = "/api/2/things", signal?: AbortSignal) =>
      fetch(base + path, { headers: { user }, ...(signal && { signal }) }),
    /** The status line of the answer to a target as it stands. */
    async askRaw(target: string) {
      const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
      socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      return (await text(socket)).split("\r\n", 1)[0];
    },
    letGo() {
      gate.resolve();
      gate = Promise.withResolvers();
    },
    refused: () => refused,
    async [Symbol.asyncDispose]() {
      gate.resolve();
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Until requests are in work. */
const soon = () => new Promise((resolve) => setTimeout(resolve, 100));

test("beyond the requests at once others are told to come again, and operators are answered", async () => {
  await using server = await limitedServer({ maxRequestsAtOnce: 2 });
  const waiting = [server.ask("a", "/api/2/wait"), server.ask("b", "/api/2/wait")];
  await soon();

  const refused = await server.ask("c");
  assert.equal(refused.status, 503);
  assert.equal(refused.headers.get("retry-after"), "1");
  assert.equal(((await refused.json()) as { error: string }).error, "gateway:service.unavailable");
  assert.equal((await server.ask("c", "/health")).status, 200);

  server.letGo();
  for (const response of await Promise.all(waiting)) assert.equal(response.status, 200);
  await soon();
  assert.equal((await server.ask("c")).status, 200);
  assert.equal(server.refused(), 1);
});

test("however a target is written, it is of the API or not", async () => {
  await using server = await limitedServer({ maxRequestsAtOnce: 1 });
  const waiting = server.ask("a", "/api/2/wait");
  await soon();

  for (const target of [
    "/api/2/things",
    "/%61pi/2/things",
    "http://x/api/2/things",
    "http://x/%61p%69/2/things",
  ])
    assert.match(String(await server.askRaw(target)), / 503 /, target);
  for (const target of ["/health", "http://x/health", "/%2Fapi/2"])
    assert.match(String(await server.askRaw(target)), / 200 /, target);

  server.letGo();
  assert.equal((await waiting).status, 200);
});

test("one subject's requests at once keep nobody else out, and those whose client left count no more", async () => {
  await using server = await limitedServer({ subjectRequestsAtOnce: 1 });
  const leaving = new AbortController();
  const gone = server.ask("a", "/api/2/wait", leaving.signal).catch(() => undefined);
  await soon();

  const refused = await server.ask("a");
  assert.equal(refused.status, 429);
  assert.equal(refused.headers.get("retry-after"), "1");
  assert.equal((await server.ask("b")).status, 200);

  leaving.abort();
  await gone;
  await soon();
  assert.equal((await server.ask("a")).status, 200);
});

test("a subject that asks too often is told when to come again; another is not", async () => {
  await using server = await limitedServer({ subjectCommandsPerSecond: 1, subjectCommandsBurst: 2 });
  const statuses = [];
  for (let i = 0; i < 3; i++) statuses.push((await server.ask("a")).status);
  assert.deepEqual(statuses, [200, 200, 429]);

  const refused = await server.ask("a");
  assert.equal(refused.headers.get("retry-after"), "1");
  assert.equal(((await refused.json()) as { error: string }).error, "too.many.requests");
  assert.equal((await server.ask("b")).status, 200);
});

test("without limits of a subject the authenticator is left as it is", () => {
  const settings = { maxRequestsAtOnce: 1, subjectRequestsAtOnce: 0 };
  const rate = commandRate({ subjectCommandsPerSecond: 0, subjectCommandsBurst: 0 }, () => undefined);
  const limits = requestLimits(settings, rate, () => undefined);
  const authenticate = () => ({ subjects: ["a"] });

  assert.equal(rate, undefined);
  assert.equal(limits.judging(authenticate), authenticate);
});
