// Program: the least that hono and ws can do to pass a message on. A POST goes to the one WebSocket there is, whose answer is
// the answer to it: each is parsed and printed once, and nobody is looked up, asked for permission or waited for with a limit.

import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer, type HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { type WebSocket, WebSocketServer } from "ws";
import { serveJobs } from "../load/jobs.ts";

interface Answer {
  readonly headers: { readonly "correlation-id": string };
  readonly value: unknown;
}

type Device = WebSocket & { readonly _socket: { cork(): void; uncork(): void } };

const waiting = new Map<string, (answer: Answer) => void>();
let device: Device | undefined;
let asked = 0;
let isCorked = false;

/** What is sent in one turn leaves in one system call, as it does from a server that was made for this. */
function send(to: Device, text: string): void {
  if (!isCorked) {
    isCorked = true;
    to._socket.cork();
    setImmediate(() => {
      isCorked = false;
      to._socket.uncork();
    });
  }
  to.send(text);
}

function ask(thingId: string, subject: string, body: string): Promise<Answer> {
  const id = `c${asked++}`;
  const topic = `${thingId.replace(":", "/")}/things/live/messages/${subject}`;
  const headers = { "correlation-id": id, "content-type": "application/json" };
  const value: unknown = JSON.parse(body);
  const { promise, resolve } = Promise.withResolvers<Answer>();
  waiting.set(id, resolve);
  send(device as Device, JSON.stringify({ topic, headers, path: `/inbox/messages/${subject}`, value }));
  return promise;
}

/** By its events, which costs less than what Node and hono have for it. */
function textOf(incoming: IncomingMessage): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  let text = "";
  incoming.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  incoming.on("end", () => resolve(text));
  return promise;
}

function take(data: Buffer): void {
  const answer = JSON.parse(data.toString()) as Answer;
  const id = answer.headers["correlation-id"];
  waiting.get(id)?.(answer);
  waiting.delete(id);
}

function serveDevice(socket: Device): void {
  device = socket;
  socket.once("message", (control: Buffer) => {
    socket.send(`${control}:ACK`);
    socket.on("message", take);
  });
}

function start(): Promise<number> {
  const app = new Hono<{ Bindings: HttpBindings }>().post(
    "/api/2/things/:thingId/inbox/messages/:subject",
    async (c) => {
      const { thingId, subject } = c.req.param();
      const { value } = await ask(thingId, subject, await textOf(c.env.incoming as IncomingMessage));
      return c.body(JSON.stringify(value), 200, { "content-type": "application/json" });
    },
  );
  const server = createAdaptorServer({ fetch: app.fetch });
  new WebSocketServer({ server: server as never, perMessageDeflate: false }).on("connection", serveDevice);
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

serveJobs(start);
