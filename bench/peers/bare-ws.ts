// Program: the least a ws server can do. On /echo every message goes back to its sender, on /write to everyone else.

import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { serveJobs } from "../load/jobs.ts";

async function start(): Promise<number> {
  const server = new WebSocketServer({
    host: "127.0.0.1",
    port: 0,
    perMessageDeflate: false,
    backlog: 2_048,
  });
  server.on("connection", (socket, request) => {
    if (request.url === "/echo") {
      socket.on("message", (data) => socket.send(data, { binary: false }));
    } else if (request.url === "/write") {
      socket.on("message", (data) => {
        for (const other of server.clients) if (other !== socket) other.send(data, { binary: false });
      });
    }
  });
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

serveJobs(start);
