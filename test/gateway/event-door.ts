// The door of event streams alone, on a socket, with stand-ins for what brings events.

import { createServer, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { TwinError } from "../../src/base/errors.ts";
import type { JsonValue } from "../../src/base/json/json.ts";
import type { NamespaceAccess } from "../../src/conversation/namespace-access.ts";
import { errorAnswer } from "../../src/gateway/http/answers.ts";
import type { HttpRequest } from "../../src/gateway/http/entity-requests.ts";
import type { Entrance } from "../../src/gateway/http/entrance.ts";
import { type EventParts, eventRequest } from "../../src/gateway/http/event-requests.ts";
import { requestHeaders } from "../../src/gateway/http/request-headers.ts";
import { toldOf } from "../../src/gateway/http/told.ts";
import { readTarget } from "../../src/gateway/http/uri.ts";
import type { Pace } from "../../src/gateway/sse/pace.ts";
import { Places } from "../../src/gateway/sse/places.ts";
import { type PushedStreams, pushedStreams } from "../../src/gateway/sse/pushed.ts";
import { delivered } from "../../src/gateway/sse/taken-over.ts";
import { addressesOf } from "../../src/pubsub/addresses.ts";
import type { Delivery, Subscription } from "../../src/pubsub/delivery.ts";
import type { Message } from "../../src/signals/live.ts";
import type { AuthContext, EntityEvent } from "../../src/signals/signal.ts";
import { closeOnLoopback, listenOnLoopback } from "../support/loopback.ts";

export interface EventDoor extends AsyncDisposable {
  /** Those that are open now. */
  readonly subscriptions: ReadonlySet<Subscription>;
  readonly streams: PushedStreams;
  readonly faults: unknown[];
  /** Hands a signal to all that are subscribed to what it is about. */
  deliver(signal: EntityEvent | Message, more?: Partial<Delivery>): void;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Opens a stream, with further headers as they are. */
  listen(path: string, ...headers: readonly string[]): Stream;
  /** Sends requests as they are, and reads what comes. */
  raw(text: string): Stream;
}

export interface Stream {
  readonly socket: Socket;
  /** All that came, chunk lengths included. */
  said(): string;
  /** The status line and the headers, without those of each answer. */
  head(): readonly string[];
  /** Chunks in turn, without heartbeats. */
  events(): readonly string[];
  isOver(): boolean;
}

export interface EventDoorOptions {
  readonly auth?: AuthContext;
  readonly reach?: NamespaceAccess;
  readonly places?: Places;
  readonly maxBuffered?: number;
  readonly pace?: Pace;
  readonly openPast?: EventParts["openPast"];
  readonly enter?: Entrance;
}

/** Opens a door at which everybody speaks for `nginx:ditto`. */
export async function openEventDoor(options: EventDoorOptions = {}): Promise<EventDoor> {
  const { auth = { subjects: ["nginx:ditto"] }, reach, enter = (_, within) => within() } = options;
  const subscriptions = new Set<Subscription>();
  const faults: unknown[] = [];
  const { places = new Places(10, 10), maxBuffered = 1_000_000, pace } = options;
  const streams = pushedStreams(places, maxBuffered, pace);
  const parts: EventParts = {
    base: "/api/2/things",
    pushed: streams,
    pubsub: {
      subscribe(subscription) {
        const own = { ...subscription };
        subscriptions.add(own);
        return () => subscriptions.delete(own);
      },
      announced: () => undefined,
    },
    openPast:
      options.openPast ??
      (() => {
        throw new Error("nobody was to ask for the past");
      }),
  };

  async function answer(incoming: IncomingMessage): Promise<Response> {
    const target = readTarget(incoming.url as string);
    const headers = requestHeaders(incoming, target.query, 5_120);
    const request: HttpRequest = { incoming, target, auth, headers, reach, onFault: (e) => faults.push(e) };
    try {
      return await eventRequest(parts, request);
    } catch (error) {
      if (!(error instanceof TwinError)) throw error;
      return errorAnswer(error, toldOf(error, request));
    }
  }

  const server = createServer(
    getRequestListener(async (_, env) => {
      const { incoming, outgoing } = env as HttpBindings;
      return delivered(await enter(incoming, () => answer(incoming)), outgoing);
    }),
  );
  const address = await listenOnLoopback(server);
  const sockets: Socket[] = [];

  function raw(text: string): Stream {
    const socket = connect(Number(address.split(":")[1]), "127.0.0.1");
    sockets.push(socket);
    const stream = streamOf(socket);
    socket.write(text);
    return stream;
  }

  return {
    subscriptions,
    streams,
    faults,
    deliver(signal, more = {}) {
      const delivery: Delivery = {
        signal,
        value: "value" in signal ? signal.value : undefined,
        extra: undefined,
        origin: undefined,
        text: () => "",
        textWith: () => "",
        ...more,
      };
      const addresses = addressesOf(signal);
      for (const { selection, subscriber } of subscriptions) {
        const isMeant = selection.about?.some((address) => addresses.includes(address)) ?? true;
        if (isMeant) subscriber.deliver(delivery);
      }
    },
    fetch: (path, init) => fetch(`http://${address}${path}`, init),
    listen: (path, ...headers) => raw(requestText(path, ...headers)),
    raw,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      streams.close();
      await closeOnLoopback(server);
    },
  };
}

/** A request for a stream, as text. */
export const requestText = (path: string, ...headers: readonly string[]): string =>
  `${[`GET ${path} HTTP/1.1`, "host: localhost", "accept: text/event-stream", ...headers].join("\r\n")}\r\n\r\n`;

function streamOf(socket: Socket): Stream {
  let text = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  socket.on("error", () => undefined);
  const parts = () => text.split(/\r\n\r\n(.*)/s);
  return {
    socket,
    said: () => text,
    head: () =>
      (parts()[0] ?? "").split("\r\n").filter((line) => !/^(?:date|connection|keep-alive):/i.test(line)),
    events: () =>
      (parts()[1] ?? "")
        .split(/(?:^|\r\n)[\da-f]+\r\n/)
        .filter((chunk) => chunk !== "" && chunk !== "data:\n\n" && chunk.trim() !== "")
        .map((chunk) => chunk.replace(/\r\n$/, "")),
    isOver: () => text.endsWith("0\r\n\r\n"),
  };
}

/** An event of a thing `org.acme:lamp`. */
export const changed = (
  path: string,
  value: JsonValue | undefined,
  more: Partial<EntityEvent> = {},
): EntityEvent => ({
  kind: "thing",
  id: "org.acme:lamp",
  action: value === undefined ? "deleted" : "modified",
  path: path.split("/").filter((key) => key !== ""),
  ...(value !== undefined && { value }),
  revision: 7,
  timestamp: Date.UTC(2026, 0, 1),
  originator: "nginx:ditto",
  headers: { "correlation-id": "c-1" },
  ...more,
});
