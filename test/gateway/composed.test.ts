// The server put together in this process, on a journal whose commits the test lets happen or that fails.

import { once } from "node:events";
import { request } from "node:http";
import { connect as connectTo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { alone } from "../../src/cluster/alone.ts";
import { loadMappingEngines } from "../../src/connectivity/mapping/engines.ts";
import { journalHealth } from "../../src/gateway/http/journal-health.ts";
import type { Database } from "../../src/journal/database.ts";
import { readConfig } from "../../src/ops/config.ts";
import { createLog } from "../../src/ops/log.ts";
import { type RunningServer, startServer } from "../../src/server.ts";
import { absentDatabase } from "../support/absent-database.ts";
import { HeldJournal, plainJournal } from "../support/journal.ts";
import { commandMessage } from "../support/socket.ts";

const authorization = `Basic ${Buffer.from("ditto:ditto").toString("base64")}`;
const open: RunningServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.stop();
});

/** Nothing is blocked, and nobody searches. */
const emptyButForSearch: Database["query"] = async (text, values) =>
  text.includes("blocked_namespace") ? [] : absentDatabase.query(text, values);

interface Given {
  readonly journal?: HeldJournal;
  readonly isUp?: () => boolean;
  readonly env?: Readonly<Record<string, string>>;
}

async function compose({ journal = new HeldJournal({ flowing: true }), isUp = () => true, env = {} }: Given) {
  let lines = "";
  const log = createLog({ logLevel: "info" }, { write: (line) => (lines += line) });
  const config = readConfig({ HTTP_PORT: "0", COORDINATED_SHUTDOWN_REQUEST_TIMEOUT: "5s", ...env }, []);
  const storage = {
    journal: plainJournal(journal),
    database: { ...absentDatabase, query: emptyButForSearch },
  };
  const engines = await loadMappingEngines(config.mappingScriptMemory);
  const server = await startServer(config, { storage, engines, cluster: alone("test") }, isUp, log);
  open.push(server);
  return { server, journal, log: () => lines };
}

test("a fault is answered with 500, and the log says what happened", async () => {
  const journal = new HeldJournal();
  journal.load = () => Promise.reject(new Error("the lamp fell down"));
  const { server, log } = await compose({ journal });

  const reply = await fetch(`${server.url}/api/2/things/org.acme:lamp`, { headers: { authorization } });

  expect(reply.status).toBe(500);
  expect(log()).toContain("request failed");
  expect(log()).toContain("the lamp fell down");
});

test("the server is unhealthy while any lane of its journal is lost", async () => {
  const health = journalHealth();
  const { server } = await compose({ isUp: health.isUp });
  const ask = async () => {
    const reply = await fetch(`${server.url}/health`);
    return [reply.status, await reply.json()];
  };

  expect(await ask()).toEqual([200, { status: "UP" }]);
  health.note({ what: "journal-lost", lane: 0, reason: "gone" });
  health.note({ what: "journal-lost", lane: 1, reason: "gone" });
  health.note({ what: "journal-back", lane: 0, after: 1 });
  // What is known stands for a second.
  await expect.poll(ask, { timeout: 5_000 }).toEqual([503, { status: "DOWN" }]);
  health.note({ what: "journal-back", lane: 1, after: 1 });
  await expect.poll(ask, { timeout: 5_000 }).toEqual([200, { status: "UP" }]);
});

test.each([
  ["https", "https://twins.example/"],
  ["HTTPS, http", "https://twins.example/"],
  ["javascript", "http://twins.example/"],
])("behind a proxy that was spoken to by %s, Location begins with %s", async (forwarded, start) => {
  const { server } = await compose({});
  const port = Number(new URL(server.url).port);
  const headers = { authorization, host: "twins.example", "x-forwarded-proto": forwarded };
  const asked = request({ port, method: "PUT", path: "/api/2/things/org.acme:lamp", headers });
  asked.end("{}");

  const [reply] = await once(asked, "response");
  reply.resume();

  expect(reply.statusCode).toBe(201);
  expect(reply.headers.location).toBe(`${start}api/2/things/org.acme:lamp`);
});

describe("a server that stops", () => {
  async function connect(url: string) {
    const socket = new WebSocket(`${url.replace("http", "ws")}/ws/2`, { headers: { authorization } });
    const messages: string[] = [];
    socket.on("message", (data) => messages.push(data.toString()));
    const closed = once(socket, "close").then(([code]) => code as number);
    await once(socket, "open");
    return { socket, messages, closed };
  }

  test("is gone once it has answered, though clients would keep their connections", async () => {
    const { server, journal } = await compose({ journal: new HeldJournal() });
    const client = connectTo(Number(new URL(server.url).port), "127.0.0.1");
    let text = "";
    client.on("data", (chunk) => {
      text += chunk;
    });
    const closed = once(client, "close");
    const ask = (start: string, body: string) =>
      client.write(
        `${start} HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
    ask("PUT /api/2/things/org.acme:lamp", "{}");
    await expect.poll(() => journal.pending).toBe(1);

    const started = performance.now();
    const stopped = server.stop();
    ask("GET /api/2/whoami", "");
    ask("PUT /api/2/things/org.acme:other", "{}");
    setTimeout(() => journal.commit(), 50);
    await stopped;
    open.pop();
    await closed;

    expect(performance.now() - started).toBeLessThan(2_000);
    expect(text.match(/HTTP\/1\.1 .*|^connection: .*/gim)).toEqual([
      "HTTP/1.1 201 Created",
      "Connection: keep-alive",
      "HTTP/1.1 200 OK",
      "connection: close",
    ]);
    expect(journal.appends).toHaveLength(1);
  });

  test("answers the commands in work, takes no more, and then closes with 1001", async () => {
    const { server, journal } = await compose({ env: { WS_SUBSCRIBER_BACKPRESSURE: "1" } });
    const { socket, messages, closed } = await connect(server.url);
    socket.send(JSON.stringify(commandMessage("lamp", "modify", "/", {})));
    await expect.poll(() => messages.length).toBe(1);
    journal.flowing = false;
    socket.send(JSON.stringify(commandMessage("lamp", "modify", "/attributes", { n: 1 })));
    await expect.poll(() => journal.pending).toBe(1);

    const stopped = server.stop();
    socket.send(JSON.stringify(commandMessage("lamp", "modify", "/attributes", { n: 2 })));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(messages).toHaveLength(1);
    journal.commit();

    expect(await closed).toBe(1001);
    await stopped;
    open.pop();
    expect(messages.map((text) => JSON.parse(text).status)).toEqual([201, 201]);
    expect(journal.pending).toBe(0);
  });

  test("does not wait for them longer than its deadline", async () => {
    const { server, journal } = await compose({ env: { COORDINATED_SHUTDOWN_REQUEST_TIMEOUT: "100ms" } });
    const { socket, messages, closed } = await connect(server.url);
    socket.send(JSON.stringify(commandMessage("lamp", "modify", "/", {})));
    await expect.poll(() => messages.length).toBe(1);
    journal.flowing = false;
    socket.send(JSON.stringify(commandMessage("lamp", "modify", "/attributes", { n: 1 })));
    await expect.poll(() => journal.pending).toBe(1);

    const stopped = server.stop();

    expect(await closed).toBe(1001);
    await stopped;
    open.pop();
  });
});
