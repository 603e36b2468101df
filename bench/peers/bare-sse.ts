// Program: the least that node:http can do for event streams. Whoever asks for `/listen` is sent the event at every PUT.

import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { serveJobs } from "../load/jobs.ts";

export interface BareSseJob {
  readonly event: string;
}

async function start({ event }: BareSseJob): Promise<number> {
  const listeners = new Set<ServerResponse>();
  const server = createServer((incoming, outgoing) => {
    if (incoming.method === "PUT") {
      for (const listener of listeners) listener.write(event);
      outgoing.writeHead(204).end();
      return;
    }
    outgoing.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
    listeners.add(outgoing);
    outgoing.on("close", () => listeners.delete(outgoing));
  });
  server.listen({ host: "127.0.0.1", port: 0, backlog: 2_048 });
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

serveJobs(start);
