// Reading bodies, of a door of its own that answers with what it read.

import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { defineError, TwinError } from "../../../src/base/errors.ts";
import { type BodyLimits, readJson } from "../../../src/gateway/http/body.ts";
import { KEYS, members, nested, ofKeys, padded } from "../large-json/large.ts";

const MAX_BYTES = 1_000_000;
const tooLarge = defineError("test:toolarge", 413, (size: number) => ({ message: `${size}` }));
let limits: BodyLimits | undefined;

const server = createServer((incoming, outgoing) => {
  void answer(incoming).then((text) => outgoing.end(text));
});
beforeAll(() => new Promise<void>((done) => void server.listen(0, "127.0.0.1", done)));
afterAll(() => void server.close());

async function answer(incoming: IncomingMessage): Promise<string> {
  try {
    return JSON.stringify(await readJson(incoming, MAX_BYTES, tooLarge, limits));
  } catch (error) {
    if (error instanceof TwinError) return `${error.status} ${error.code} ${error.message}`;
    throw error;
  }
}

const port = () => (server.address() as AddressInfo).port;

async function sent(body: string | Uint8Array<ArrayBuffer>, most?: BodyLimits): Promise<string> {
  limits = most;
  return (await fetch(`http://127.0.0.1:${port()}`, { method: "POST", body })).text();
}

test("a small value in a large body is taken as it is", async () => {
  const exact = '{"id":9007199254740993,"text":"é"}';

  expect(await sent(padded(exact, 900_000), { most: 100 })).toBe(exact);
});

test("of equal keys the last counts, in a large body too", async () => {
  const twice = `{"a":1,${members(10_000)},"a":2}`;

  expect(await sent(twice)).toBe(`{"a":2,${members(10_000)}}`);
});

test.each<[string, string | Uint8Array<ArrayBuffer>, RegExp]>([
  ["what is not UTF-8", new Uint8Array(100_000).fill(0xff), /^400 json.invalid/],
  ["what is no JSON", `${ofKeys(10_000)},`, /^400 json.invalid/],
  ["what is too deep", `[${ofKeys(10_000)},${nested(200)}]`, /^400 json.invalid/],
  ["an empty key", `{${members(10_000)},"":1}`, /^400 json.invalid/],
  ["an integer beyond 64 bits", `{${members(10_000)},"a":9223372036854775808}`, /^400 json.invalid/],
  ["nothing", "", /^400 json.format.invalid/],
])("%s is refused in a large body as in a small one", async (_, body, refusal) => {
  expect(await sent(body)).toMatch(refusal);
});

test("a text that is longer than it may be is refused, however long it came", async () => {
  const json = ofKeys(KEYS);

  expect((await sent(json, { most: json.length })) === json).toBe(true); // too long to be printed
  expect(await sent(json, { most: json.length - 1 })).toBe(`413 test:toolarge ${json.length}`);
  expect(await sent("[1,   2]", { most: 4 })).toBe("413 test:toolarge 5");
  expect(await sent("[1,   2]", { most: 5 })).toBe("[1,2]");
  expect(await sent(padded("1", MAX_BYTES + 1))).toBe(`413 test:toolarge ${MAX_BYTES + 1}`);
});

test("numbers that are longer than they came are not let through where a text has a bound", async () => {
  expect(await sent(`[${"1e20,".repeat(100_000)}1]`)).toBe("413 test:toolarge 2200003");
});

/** Sends a body in pieces of so many bytes each, and gives the first line of the answer. */
function inPieces(pieces: number, bytes: number): Promise<string> {
  limits = undefined;
  const socket = connect({ host: "127.0.0.1", port: port() });
  const chunk = `${bytes.toString(16)}\r\n${" ".repeat(bytes)}\r\n`;
  const head = "POST / HTTP/1.1\r\nhost: here\r\ntransfer-encoding: chunked\r\n\r\n";
  socket.write(`${head}${chunk.repeat(pieces)}1\r\n1\r\n0\r\n\r\n`);
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.once("data", (data) => {
      socket.destroy();
      resolve(/\r\n\r\n(?:[0-9a-f]+\r\n)?(.*)/.exec(data.toString())?.[1] ?? "");
    });
  });
}

test("a body in crumbs is given up long before one in decent pieces", async () => {
  expect(await inPieces(500, 1)).toBe("1");
  expect(await inPieces(600, 7)).toMatch(/^503 gateway:service.unavailable/);
  expect(await inPieces(600, 9)).toBe("1");
  expect(await inPieces(8_000, 70)).toBe("1");
  expect(await inPieces(8_200, 70)).toMatch(/^503 gateway:service.unavailable/);
});

test("what still comes of a body that was given up is not taken apart any more", async () => {
  limits = undefined;
  let pieces = 0;
  server.once("request", (incoming: IncomingMessage) => incoming.on("data", () => pieces++));
  const socket = connect({ host: "127.0.0.1", port: port() });
  socket.on("error", () => {}); // it is ended while more is sent
  socket.write("POST / HTTP/1.1\r\nhost: here\r\ntransfer-encoding: chunked\r\n\r\n");
  const answered = once(socket, "data");
  const closed = new Promise((resolve) => socket.once("close", resolve));
  const crumbs = "1\r\n \r\n".repeat(1_000);
  for (let i = 0; i < 500; i++) socket.write(crumbs);

  const [answer] = (await answered) as [Buffer];
  expect(answer.toString()).toContain("503 gateway:service.unavailable");
  await closed;
  expect(pieces).toBeLessThan(100_000); // of 500,000
});
