import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { connect, type Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { throwAwayUnread } from "../../../src/gateway/http/unwanted-body.ts";
import { request } from "../../campaigns/attacks/wire.ts";
import { listenOnLoopback } from "../../support/loopback.ts";

let server: Server;
let socket: Socket;
let text: string;
let pieces: number;

beforeEach(async () => {
  [text, pieces] = ["", 0];
  server = createServer((incoming, outgoing) => {
    const { push } = incoming;
    incoming.push = (piece: Buffer | null) => {
      pieces++;
      return push.call(incoming, piece);
    };
    if (incoming.url === "/open") outgoing.write("it goes on");
    else outgoing.writeHead(404).end(incoming.url);
  });
  throwAwayUnread(server);
  const port = Number((await listenOnLoopback(server)).split(":")[1]);
  socket = connect({ port, host: "127.0.0.1" });
  socket.on("error", () => undefined);
  socket.on("data", (piece) => {
    text += piece;
  });
  await once(socket, "connect");
});
afterEach(() => {
  socket.destroy();
  server.closeAllConnections();
  server.close();
});

const chunked = { headers: { "transfer-encoding": "chunked" } };
const closed = () => new Promise((resolve) => socket.once("close", resolve));

test.each([
  ["GET", "/"],
  ["GET", "/open"],
  ["HEAD", "/"],
  ["POST", "/"],
  ["DELETE", "/"],
])("a body of %s %s that comes byte by byte is given up, though nobody reads it", async (method, path) => {
  const isClosed = closed();
  socket.write(request(method, path, chunked));
  const crumbs = "1\r\nx\r\n".repeat(1_000);
  for (let i = 0; i < 300; i++) socket.write(crumbs);
  await isClosed;
  expect(pieces).toBeLessThan(30_000); // of 300,000
  expect(text).toMatch(path === "/open" ? /^HTTP\/1.1 200/ : /^HTTP\/1.1 404/);
});

test.each(["GET", "PUT"])(
  "what nobody reads of a %s is thrown away, and the next request answered",
  async (method) => {
    socket.write(request(method, "/first", { body: "x".repeat(2_000_000) }));
    socket.write(request("GET", "/second"));
    while (!text.includes("/second")) await turn();
    expect(text.match(/HTTP\/1.1 404/g)).toHaveLength(2);
  },
);
