// Requests that are broken below HTTP's rules: written to the socket byte by byte.

import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, type TestServer } from "../support/server.ts";

const lamp = "/api/2/things/org.acme:lamp";
const authorization = `authorization: Basic ${Buffer.from("ditto:ditto").toString("base64")}`;
const put = (path: string, length: number | string, body: string) =>
  `PUT ${lamp}${path} HTTP/1.1\r\nhost: x\r\n${authorization}\r\ncontent-type: application/json\r\n` +
  `content-length: ${length}\r\n\r\n${body}`;
const get = (path: string, more = "") => `GET ${path} HTTP/1.1\r\nhost: x\r\n${authorization}\r\n${more}\r\n`;

let server: TestServer;
let before: string;
const readLamp = async () => (await server.fetch(`${lamp}?fields=thingId,attributes,_revision`)).text();
beforeAll(async () => {
  server = await startServer({ env: { REQUEST_TIMEOUT: "2s" } });
  const headers = { "content-type": "application/json" };
  await server.fetch(lamp, { method: "PUT", headers, body: '{"attributes":{"a":1}}' });
  before = await readLamp();
});
afterAll(() => server[Symbol.asyncDispose]());

/** Writes to a fresh connection, then collects what comes until it is closed, or for so long. */
async function talk(
  bytes: string | Buffer,
  { forMs = 700, thenDestroy = false, drip = false } = {},
): Promise<string> {
  const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
  });
  socket.on("error", () => undefined);
  const closed = new Promise((resolve) => socket.on("close", resolve));
  if (drip) {
    for (const byte of bytes.toString("latin1")) {
      if (socket.destroyed) break;
      socket.write(byte);
      await sleep(20);
    }
  } else socket.write(bytes);
  if (thenDestroy) {
    await sleep(50);
    socket.destroy();
  }
  await Promise.race([closed, sleep(forMs)]);
  socket.destroy();
  return text;
}
const statuses = (text: string) =>
  [...text.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => Number(status));

describe("is refused", () => {
  const refused: readonly (readonly [says: string, bytes: string | Buffer, status: number])[] = [
    ["garbage", "hello\r\n\r\n", 400],
    ["binary", Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]), 400],
    ["a header without a colon", "GET / HTTP/1.1\r\nhost: x\r\nnonsense\r\n\r\n", 400],
    ["a control character in a header", "GET / HTTP/1.1\r\nhost: x\r\na: \u0001\r\n\r\n", 400],
    ["a request without a host", `GET ${lamp} HTTP/1.1\r\n\r\n`, 400],
    ["a negative length", put("/attributes/a", -1, "2"), 400],
    ["a length that is no number", put("/attributes/a", "ten", "2"), 400],
    ["two lengths", put("/attributes/a", "1\r\ncontent-length: 2", "2"), 400],
    [
      "length and chunks",
      put("/attributes/a", "1\r\ntransfer-encoding: chunked", "1\r\n2\r\n0\r\n\r\n"),
      400,
    ],
    ["an unknown method", "BREW / HTTP/1.1\r\nhost: x\r\n\r\n", 400],
    ["headers of 20 KB", get(lamp, `x: ${"x".repeat(20_000)}\r\n`), 431],
    ["headers of 200 KB", get(lamp, `x: ${"x".repeat(200_000)}\r\n`), 431],
    ["a URL of 20 KB", get(`${lamp}?x=${"x".repeat(20_000)}`), 414],
    ["a header that is given twice", get(lamp, "x-mine: 1\r\nX-Mine: 1\r\n"), 400],
  ];
  for (const [says, bytes, status] of refused) {
    test(`${says}: ${status}`, async () => {
      expect(statuses(await talk(bytes))[0]).toBe(status);
      expect(await readLamp()).toBe(before);
    });
  }

  test("a chunk whose size is garbage", async () => {
    const bytes = `PUT ${lamp}/attributes/a HTTP/1.1\r\nhost: x\r\n${authorization}\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n2\r\n0\r\n\r\n`;
    expect(statuses(await talk(bytes)).filter((status) => status < 400)).toEqual([]);
    expect(await readLamp()).toBe(before);
  });

  test("a target that is no path", async () => {
    for (const target of [
      "*",
      "http://",
      "http://x",
      "//",
      "/%",
      "?",
      "/api/2/things/%00",
      "/api/2/things/org.acme:lamp/%",
    ]) {
      const [status] = statuses(
        await talk(`GET ${target} HTTP/1.1\r\nhost: x\r\n${authorization}\r\nconnection: close\r\n\r\n`),
      );
      expect([target, (status ?? 0) >= 400 && (status ?? 0) < 500]).toEqual([target, true]);
    }
  });

  test("a host that is none", async () => {
    for (const host of ["", "a b", "[::1", "x:99999999", "../"]) {
      const [status] = statuses(
        await talk(`GET ${lamp} HTTP/1.1\r\nhost: ${host}\r\n${authorization}\r\nconnection: close\r\n\r\n`),
      );
      expect([host, status === 200 || status === 400]).toEqual([host, true]);
    }
  });
});

describe("changes nothing", () => {
  test("a body that is cut off by the end of its connection", async () => {
    await talk(put("/attributes/a", 100, '{"half":'), { thenDestroy: true });
    await talk(put("/attributes/a", 5, "2"), { thenDestroy: true });
    await sleep(100);
    expect(await readLamp()).toBe(before);
  });

  test("a connection that is closed within the headers", async () => {
    await talk(`PUT ${lamp}/attributes/a HTTP/1.1\r\nhost`, { thenDestroy: true });
    expect(await readLamp()).toBe(before);
  });

  test("garbage behind a request that is answered", async () => {
    const text = await talk(`${get(lamp)}garbage\r\n\r\n`);
    expect(statuses(text).at(-1)).toBe(400);
    expect(await readLamp()).toBe(before);
  });

  test("bytes beyond the announced length are no part of the body", async () => {
    const text = await talk(put("/attributes/none/such", 3, '"x"garbage\r\n\r\n'));
    expect(statuses(text).at(-1)).toBe(400);
    expect(await (await server.fetch(`${lamp}/attributes/none/such`)).text()).toBe('"x"');
    await server.fetch(`${lamp}/attributes/none`, { method: "DELETE" });
    before = await readLamp();
  });

  test("a body beyond the limit is refused before it came, announced or not", async () => {
    const announced = await talk(put("/attributes/a", 2_000_000_000, '"x'), { forMs: 1000 });
    expect(statuses(announced)).toEqual([413]);
    const chunk = `10000\r\n${"x".repeat(65_536)}\r\n`;
    const chunked = `PUT ${lamp}/attributes/a HTTP/1.1\r\nhost: x\r\n${authorization}\r\ntransfer-encoding: chunked\r\n\r\n`;
    expect(statuses(await talk(chunked + chunk.repeat(20), { forMs: 1500 }))).toEqual([413]);
    expect(await readLamp()).toBe(before);
  });
});

describe("slow requests are ended", () => {
  // Node looks for them every 30 s by default; what counts is that they end at all.
  test("headers that never come, and a body that never comes", { timeout: 50_000 }, async () => {
    const [headers, body] = await Promise.all([
      talk(`GET ${lamp} HTTP/1.1\r\nhost: x\r\n`, { forMs: 40_000 }),
      talk(put("/attributes/a", 100, '"x'), { forMs: 40_000 }),
    ]);
    expect([statuses(headers), statuses(body)]).toEqual([[408], [408]]);
    expect(await readLamp()).toBe(before);
  });

  test("a request that comes byte by byte, but in time, is answered", async () => {
    expect(statuses(await talk("GET /health HTTP/1.1\r\nhost: x\r\n\r\n", { drip: true }))).toEqual([200]);
  });
});

describe("is answered", () => {
  const last = "connection: close\r\n";
  const locationOf = (text: string) => /^location: (.*)\r$/im.exec(text)?.[1];

  test("a client that would rather speak HTTP/2, in HTTP/1.1", async () => {
    for (const upgrade of ["h2c", "h2c, TLS/1.0", "chat"]) {
      const wish = `connection: Upgrade, HTTP2-Settings\r\nupgrade: ${upgrade}\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n`;
      expect([upgrade, statuses(await talk(get(lamp, wish)))]).toEqual([upgrade, [200]]);
    }
    const socket = "connection: Upgrade\r\nupgrade: WebSocket\r\n";
    expect(statuses(await talk(get(lamp, socket)))).toEqual([404]);
  });

  test("a target with scheme and host, as a proxy's client writes it", async () => {
    expect(statuses(await talk(get(`http://x${lamp}`, last)))).toEqual([200]);
    expect(statuses(await talk(get("http://x/health", last)))).toEqual([200]);
    expect(statuses(await talk(get(`http://evil.example.org${lamp}`, last)))).toEqual([400]);
    const created = put("-absolute", "2\r\nconnection: close", "{}").replace("PUT ", "PUT http://x");
    expect(locationOf(await talk(created))).toBe(`http://x${lamp}-absolute`);
  });

  test("a path whose fixed words are escaped, as that path", async () => {
    expect(statuses(await talk(get(lamp.replace("things", "%74hings"), last)))).toEqual([200]);
    expect(statuses(await talk(get(lamp.replace("api", "%61pi"), last)))).toEqual([200]);
    expect(statuses(await talk(get(lamp.replace("/things/", "/things%2F"), last)))).toEqual([404]);
  });

  test("a path with dots as it is written", async () => {
    for (const path of [`/api/2/nope/..${lamp.slice(6)}`, `${lamp}/../../../../health`])
      expect([path, statuses(await talk(get(path, last)))]).toEqual([path, [404]]);
  });

  test("an old client that names no host, as far as nothing depends on that", async () => {
    expect(statuses(await talk("GET /health HTTP/1.0\r\n\r\n"))).toEqual([200]);
    expect(statuses(await talk(put("", 2, "{}").replace("1.1\r\nhost: x", "1.0")))).toEqual([400]);
  });

  test("reading, and no other method, of what is only read", async () => {
    for (const path of ["/health", "/status", "/api/2/whoami", "/api/2/whoami/"]) {
      expect([path, statuses(await talk(get(path, last)))]).toEqual([path, [200]]);
      for (const method of ["HEAD", "POST", "TRACE", "OPTIONS", "DELETE"]) {
        const text = await talk(get(path, last).replace("GET", method));
        expect([method, path, statuses(text), /^allow: GET\r$/im.test(text)]).toEqual([
          method,
          path,
          [405],
          true,
        ]);
      }
    }
  });
});

test("many pipelined requests are answered in order", async () => {
  const text = await talk(Array.from({ length: 50 }, (_, i) => get(i % 2 ? lamp : "/api/2/nope")).join(""), {
    forMs: 2000,
  });
  expect(statuses(text)).toEqual(Array.from({ length: 50 }, (_, i) => (i % 2 ? 200 : 404)));
});

test("after all this the process answers, and its log is free of faults", async () => {
  expect(await readLamp()).toBe(before);
  expect(server.stdout() + server.stderr()).not.toMatch(/request failed|unhandled|uncaught/i);
});
