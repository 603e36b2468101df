// The door of searches alone, on a socket, with a stand-in for what finds things.

import { createServer, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { TwinError } from "../../src/base/errors.ts";
import type { NamespaceAccess } from "../../src/conversation/namespace-access.ts";
import { errorAnswer } from "../../src/gateway/http/answers.ts";
import { type ClosePort, closablePort } from "../../src/gateway/http/close-port.ts";
import type { HttpRequest } from "../../src/gateway/http/entity-requests.ts";
import type { Entrance } from "../../src/gateway/http/entrance.ts";
import { requestHeaders } from "../../src/gateway/http/request-headers.ts";
import { type SearchParts, searchRequest } from "../../src/gateway/http/search-requests.ts";
import { toldOf } from "../../src/gateway/http/told.ts";
import { readTarget } from "../../src/gateway/http/uri.ts";
import { Places } from "../../src/gateway/sse/places.ts";
import { type EventStreams, eventStreams } from "../../src/gateway/sse/streams.ts";
import type { FoundPage, Search, SearchRequest } from "../../src/search/search.ts";
import type { AuthContext } from "../../src/signals/signal.ts";
import { closeOnLoopback, listenOnLoopback } from "../support/loopback.ts";
import { waitingOfOne } from "../support/waiting.ts";

export interface SearchDoor extends AsyncDisposable {
  readonly streams: EventStreams;
  readonly faults: unknown[];
  readonly closePort: ClosePort;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Writes a request line and headers as they are, and reads what comes. */
  raw(...lines: readonly string[]): RawAnswer;
}

export interface RawAnswer {
  readonly socket: Socket;
  said(): string;
}

export interface DoorOptions extends Partial<SearchParts> {
  readonly auth?: AuthContext;
  readonly reach?: NamespaceAccess | undefined;
  readonly places?: Places;
  readonly enter?: Entrance;
}

const inside: Entrance = (_, within) => within();

const unasked = async (): Promise<never> => {
  throw new Error("nobody was to ask this");
};

/** A search that answers with one page, and tells what it was asked. */
export function searchOf(page: FoundPage, count = 0) {
  const requests: SearchRequest[] = [];
  const search: Search = {
    async query(request) {
      requests.push(request);
      return page;
    },
    async count(request) {
      requests.push(request);
      return count;
    },
    stream: () => ({ next: unasked, cancel: () => undefined }),
  };
  return { search, requests };
}

/** Opens a door at which everybody speaks for `nginx:ditto`. */
export async function openSearchDoor(options: DoorOptions): Promise<SearchDoor> {
  const {
    auth = { subjects: ["nginx:ditto"] },
    reach,
    places = new Places(10, 10),
    enter = inside,
    ...parts
  } = options;
  const faults: unknown[] = [];
  const streams = eventStreams(places);
  const all: SearchParts = {
    search: searchOf({ things: [] }).search,
    streams,
    maxRequestBytes: 1_000,
    waiting: waitingOfOne(100),
    ...parts,
  };

  async function answer(incoming: IncomingMessage): Promise<Response> {
    const target = readTarget(incoming.url as string);
    const headers = requestHeaders(incoming, target.query, 5_120);
    const onFault = (error: unknown) => faults.push(error);
    const request: HttpRequest = { incoming, target, auth, headers, reach, onFault };
    try {
      return await searchRequest(all, request);
    } catch (error) {
      if (!(error instanceof TwinError)) throw error;
      return errorAnswer(error, toldOf(error, request));
    }
  }

  const server = createServer(
    getRequestListener((_, env) => {
      const { incoming } = env as HttpBindings;
      return enter(incoming, () => answer(incoming));
    }),
  );
  const closePort = closablePort(server);
  const address = await listenOnLoopback(server);
  const sockets: Socket[] = [];
  return {
    streams,
    faults,
    closePort,
    fetch: (path, init) => fetch(`http://${address}${path}`, init),
    raw(...lines) {
      const socket = connect(Number(address.split(":")[1]), "127.0.0.1");
      sockets.push(socket);
      let text = "";
      socket.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      socket.on("error", () => undefined);
      socket.write(Buffer.from(`${lines.join("\r\n")}\r\nhost: pollux\r\n\r\n`));
      return { socket, said: () => text };
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      if (server.listening) await closeOnLoopback(server);
    },
  };
}
