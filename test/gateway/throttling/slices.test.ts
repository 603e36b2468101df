import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, request as httpRequest, type Server } from "node:http";
import { connect, createServer as createNetServer, type Server as NetServer, type Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { afterEach, test, vi } from "vitest";
import { WebSocketServer } from "ws";
import { letInByTurns, restAfter } from "../../../src/gateway/throttling/arrivals.ts";
import { readInSlices, SLICE } from "../../../src/gateway/throttling/slices.ts";
import { frame } from "../../campaigns/attacks/frames.ts";
import { request } from "../../campaigns/attacks/wire.ts";
import { listenOnLoopback } from "../../support/loopback.ts";

let server: NetServer;
const open: Socket[] = [];
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy();
  server.close();
});

async function connected(to: NetServer): Promise<Socket> {
  server = to;
  const [host, port] = (await listenOnLoopback(to as Server)).split(":");
  const socket = connect({ host: host as string, port: Number(port) });
  open.push(socket);
  await once(socket, "connect");
  return socket;
}

/** A connection between a client and what reads it in slices. */
async function pair(): Promise<{ client: Socket; reader: Socket }> {
  const listener = createNetServer({ pauseOnConnect: true });
  const arrived = once(listener, "connection");
  const client = await connected(listener);
  const [reader] = (await arrived) as [Socket];
  open.push(reader);
  readInSlices(reader);
  return { client, reader };
}

const pattern = (length: number) => Buffer.from(Array.from({ length }, (_, i) => (i * 7) % 251));

test("what is sent at once is read in slices, with turns between, and its end after all of it", async () => {
  const { client, reader } = await pair();
  const sent = pattern(200_000);
  client.end(sent);
  const slices: Buffer[] = [];
  const turns = new Set<number>();
  let present = 0;
  let isOver = false;
  reader.on("data", (slice: Buffer) => {
    slices.push(slice);
    turns.add(present);
  });
  reader.once("end", () => {
    isOver = true;
  });
  reader.resume();
  while (!isOver) {
    await turn();
    present++;
  }
  assert.ok(slices.every(({ length }) => length <= SLICE));
  assert.ok(turns.size > 10, `${slices.length} slices in ${turns.size} turns`);
  assert.ok(Buffer.concat(slices).equals(sent));
});

test("nothing is lost where reading stops and goes on", async () => {
  const { client, reader } = await pair();
  const sent = pattern(500_000);
  client.end(sent);
  let got = Buffer.alloc(0);
  reader.on("data", (slice: Buffer) => {
    got = Buffer.concat([got, slice]);
    reader.pause();
    setTimeout(() => reader.resume(), 0);
  });
  reader.resume();
  await once(reader, "end");
  assert.ok(got.equals(sent));
});

test("who is paused and resumed is given one slice a turn all the same", async () => {
  const { client, reader } = await pair();
  client.write(pattern(200_000));
  const byTurn = new Map<number, number>();
  let present = 0;
  let total = 0;
  reader.on("data", ({ length }: Buffer) => {
    byTurn.set(present, (byTurn.get(present) ?? 0) + length);
    total += length;
    queueMicrotask(() => reader.pause());
    setTimeout(() => reader.resume(), 1);
  });
  reader.resume();
  while (total < 200_000) {
    await turn();
    present++;
  }
  assert.ok(Math.max(...byTurn.values()) <= SLICE, String(Math.max(...byTurn.values())));
});

test("of one that is paused nothing is read", async () => {
  const { client, reader } = await pair();
  let total = 0;
  reader.on("data", ({ length }: Buffer) => {
    total += length;
  });
  reader.resume();
  client.write("x");
  while (total < 1) await turn();
  reader.pause();
  const read = reader.bytesRead;
  for (let i = 0; i < 200; i++) {
    client.write("x");
    await turn();
  }
  assert.equal(reader.readableLength, 0);
  assert.ok(reader.bytesRead - read <= 100, String(reader.bytesRead - read));
  reader.resume();
  while (total < 201) await turn();
});

test("one that is paused when it becomes suspicious goes on when it is resumed", async () => {
  const [first, rest] = [Buffer.from(request("PUT", "/", { body: "x".repeat(100_000) })), 40_000];
  let total = 0;
  const arrived = Promise.withResolvers<Socket>();
  const web = createServer((incoming, outgoing) => {
    incoming.on("data", ({ length }: Buffer) => {
      total += length;
      if (total === length) {
        incoming.socket.pause();
        arrived.resolve(incoming.socket);
      }
    });
    incoming.on("end", () => outgoing.end("ok"));
  });
  const socket = await connected(web);
  socket.write(first.subarray(0, rest));
  const paused = await arrived.promise;
  readInSlices(paused);
  socket.write(first.subarray(rest));
  for (let i = 0; i < 20; i++) await turn();
  const before = total;
  paused.resume();
  await once(socket, "data");
  assert.ok(before < 100_000);
  assert.equal(total, 100_000);
});

test("what others resume stays paused while answers wait for its reader", async () => {
  const requests: Socket[] = [];
  const web = slicing(
    createServer((incoming, outgoing) => {
      requests.push(incoming.socket);
      outgoing.end("x".repeat(100_000));
    }),
  );
  const socket = await connected(web);
  socket.pause();
  for (let i = 0; i < 20; i++) {
    socket.write(request("GET", "/").repeat(20));
    await turn();
    for (const known of requests) known.resume(); // as who reads a body in turn does
    await turn();
  }
  const [known] = requests as [Socket];
  assert.ok(known.isPaused());
  assert.ok(requests.length < 400);
  let bytes = 0;
  socket.on("data", ({ length }: Buffer) => {
    bytes += length;
  });
  socket.resume();
  while (bytes < 400 * 100_000) await turn();
  assert.equal(requests.length, 400);
});

test("what comes behind a handshake is kept until somebody listens", async () => {
  const shaken = Promise.withResolvers<Socket>();
  const web = createServer().on("upgrade", (_, socket: Socket) => shaken.resolve(socket));
  const socket = await connected(web);
  socket.write(request("GET", "/", { headers: { connection: "Upgrade", upgrade: "websocket" } }));
  const upgraded = await shaken.promise;
  readInSlices(upgraded);
  socket.write("hello");
  for (let i = 0; i < 20; i++) await turn();
  const [said] = await once(upgraded, "data");
  assert.equal(String(said), "hello");
});

test("who is held is given nothing, and all of it when he goes on", async () => {
  const { client, reader } = await pair();
  const sliced = readInSlices(reader);
  let total = 0;
  reader.on("data", ({ length }: Buffer) => {
    total += length;
  });
  reader.resume();
  sliced.hold();
  client.write(pattern(10_000));
  for (let i = 0; i < 50; i++) await turn();
  assert.equal(total, 0);
  sliced.goOn();
  while (total < 10_000) await turn();
});

test("what came before a connection broke is given to who is no server of HTTP", async () => {
  const { client, reader } = await pair();
  client.write(pattern(50_000));
  let total = 0;
  reader.on("error", () => undefined);
  reader.on("data", ({ length }: Buffer) => {
    if (total === 0) reader.destroy(new Error("it broke"));
    total += length;
  });
  reader.resume();
  await once(reader, "close").catch(() => undefined);
  for (let i = 0; i < 20; i++) await turn();
  assert.ok(total > SLICE && total === reader.bytesRead, `${total} of ${reader.bytesRead}`);
});

test("nobody is held for longer than ten seconds", async () => {
  const { client, reader } = await pair();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  readInSlices(reader).hold();
  let total = 0;
  reader.on("data", ({ length }: Buffer) => {
    total += length;
  });
  reader.resume();
  client.write("x");
  for (let i = 0; i < 20; i++) await turn();
  assert.equal(total, 0);
  vi.advanceTimersByTime(10_000);
  vi.useRealTimers();
  while (total < 1) await turn();
});

test("after a time without suspicion what comes is given as it comes", async () => {
  const { client, reader } = await pair();
  const now = performance.now.bind(performance);
  const later = vi.spyOn(performance, "now").mockImplementation(() => now() + 60_000);
  let longest = 0;
  let total = 0;
  reader.on("data", ({ length }: Buffer) => {
    longest = Math.max(longest, length);
    total += length;
  });
  reader.resume();
  client.write(pattern(100_000));
  while (total < 100_000) await turn();
  later.mockRestore();
  assert.ok(longest > SLICE);
});

test("one that is closed in the midst of a piece says nothing more", async () => {
  const { client, reader } = await pair();
  client.write(pattern(65_536));
  let isClosed = false;
  reader.once("data", () => {
    reader.destroy();
    isClosed = true;
    reader.on("data", () => assert.fail("it is closed"));
  });
  reader.resume();
  await once(reader, "close");
  for (let i = 0; i < 20; i++) await turn();
  assert.ok(isClosed);
});

/** A server whose connections are all read in slices once they have their parser. */
function slicing(web: Server): Server {
  return web.on("connection", (socket: Socket) => readInSlices(socket));
}

test("requests that are sent together are answered in their order", async () => {
  const web = slicing(createServer((incoming, outgoing) => outgoing.end(incoming.url)));
  const socket = await connected(web);
  const paths = Array.from({ length: 500 }, (_, i) => `/nth-${i}-`);
  socket.write(paths.map((path) => request("GET", path)).join(""));
  let text = "";
  while (!text.includes("/nth-499-")) text += (await once(socket, "data"))[0];
  assert.deepEqual(text.match(/\/nth-\d+-/g), paths);
});

test("bodies come whole, with a length and in chunks, and so does what follows them", async () => {
  const web = slicing(
    createServer(async (incoming, outgoing) => {
      let length = 0;
      for await (const piece of incoming) length += piece.length;
      outgoing.end(`${length}.`);
    }),
  );
  const socket = await connected(web);
  const body = "x".repeat(100_000);
  socket.write(request("PUT", "/", { body }));
  const chunked = { headers: { "transfer-encoding": "chunked" } };
  socket.write(`${request("PUT", "/", chunked)}${"3\r\nabc\r\n".repeat(9_000)}0\r\n\r\n`);
  socket.write(request("GET", "/"));
  let text = "";
  while (!/\r\n0\.$/.test(text)) text += (await once(socket, "data"))[0];
  assert.deepEqual(text.match(/\d+\.$|\d+\.(?=HTTP)/g), ["100000.", "27000.", "0."]);
});

test("a WebSocket goes on being read in slices", async () => {
  const web = slicing(createServer());
  const door = new WebSocketServer({ server: web });
  const lengths: number[] = [];
  door.on("connection", (session) => session.on("message", (data: Buffer) => lengths.push(data.length)));
  const socket = await connected(web);
  const handshake = {
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
  };
  const message = frame({ payload: "y".repeat(90_000) });
  socket.write(request("GET", "/ws/2", { headers: handshake }));
  await once(socket, "data");
  socket.write(Buffer.concat([message, frame({ payload: "z" }), message]));
  while (lengths.length < 3) await turn();
  assert.deepEqual(lengths, [90_000, 1, 90_000]);
  door.close();
});

test("all who are connected are read in slices once one was cut off", async () => {
  const pieces: number[] = [];
  const web = createServer((incoming, outgoing) => {
    incoming.on("data", ({ length }: Buffer) => pieces.push(length)).on("end", () => outgoing.end("ok"));
  });
  letInByTurns(web);
  const socket = await connected(web);
  const ask = async () => {
    pieces.length = 0;
    socket.write(request("PUT", "/", { body: "x".repeat(60_000) }));
    await once(socket, "data");
  };
  await ask();
  assert.ok(Math.max(...pieces) > SLICE);
  restAfter({ server: web });
  await ask();
  assert.ok(Math.max(...pieces) <= SLICE, String(Math.max(...pieces)));
  const { port } = web.address() as { port: number };
  for (const who of ["who comes then", "the next", "the one after him"]) {
    const later = httpRequest({ port, method: "PUT" });
    pieces.length = 0;
    later.end("y".repeat(60_000));
    const [answer] = await once(later, "response");
    answer.resume();
    assert.ok(Math.max(...pieces) <= SLICE, who);
  }
});
