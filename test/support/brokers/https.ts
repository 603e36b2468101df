// An HTTP or HTTPS endpoint that keeps what it was sent and answers as it is told.

import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer, type ServerOptions } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import type { TLSSocket } from "node:tls";

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
  /** The name in the client's certificate. */
  readonly client: string | undefined;
}

/** Answers a request, whose body is read. */
export type AnswerTo = (request: Received, response: ServerResponse) => void;

export interface HttpEndpoint extends AsyncDisposable {
  readonly port: number;
  readonly received: readonly Received[];
  /** How many sockets were opened to it. */
  readonly sockets: number;
  /** How many requests it had in work at once, at most. */
  readonly mostAtOnce: number;
  answer(answer: AnswerTo): void;
  /** Ends it with its connections. */
  stop(): Promise<void>;
  /** Opens it again on the same port. */
  start(): Promise<void>;
}

export interface EndpointOptions {
  /** Absent: in clear. */
  readonly tls?: ServerOptions;
}

const fine: AnswerTo = (_, response) => response.writeHead(204).end();

/** Opens an endpoint on a free port of loopback, which answers 204. */
export async function startHttpEndpoint({ tls }: EndpointOptions = {}): Promise<HttpEndpoint> {
  const received: Received[] = [];
  let answer = fine;
  let sockets = 0;
  let inWork = 0;
  let mostAtOnce = 0;
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    mostAtOnce = Math.max(mostAtOnce, ++inWork);
    response.on("close", () => inWork--);
    const one = await read(request);
    received.push(one);
    answer(one, response);
  };
  const make = () =>
    (tls ? createSecureServer(tls) : createServer())
      .on("request", (request, response) => void take(request, response).catch(() => response.destroy()))
      .on("connection", (socket: Socket) => {
        sockets++;
        socket.on("error", () => undefined);
      });
  let server = await opened(make(), 0);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    received,
    get sockets() {
      return sockets;
    },
    get mostAtOnce() {
      return mostAtOnce;
    },
    answer: (next) => {
      answer = next;
    },
    stop: () => closed(server),
    start: async () => {
      server = await opened(make(), port);
    },
    [Symbol.asyncDispose]: () => closed(server),
  };
}

async function read(request: IncomingMessage): Promise<Received> {
  const { method = "", url = "", headers, socket } = request;
  const body = await buffer(request);
  const certificate = "getPeerCertificate" in socket ? (socket as TLSSocket).getPeerCertificate() : undefined;
  return { method, url, headers, body, client: certificate?.subject?.CN as string | undefined };
}

async function opened(server: Server, port: number): Promise<Server> {
  await once(server.listen(port, "127.0.0.1"), "listening");
  return server;
}

async function closed(server: Server): Promise<void> {
  if (!server.listening) return;
  server.closeAllConnections();
  server.close();
  await once(server, "close");
}
