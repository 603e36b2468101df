// What a row is run in: the server, the names of the row's own thing, and what its steps have seen.

import type { TestServer } from "../support/server.ts";
import { openSession, type Session } from "../support/socket.ts";
import { type EventReader, readEvents } from "./event-reader.ts";

export interface Context extends AsyncDisposable {
  readonly server: TestServer;
  /** Replaces the placeholders in every text of a value. */
  fill<T>(value: T): T;
  /** Remembers the entity tag for `{etag}`. */
  sawTag(etag: string): void;
  /** The session that a subject sends commands over. */
  session(subject: string): Promise<Session>;
  /** The session that is told of events. */
  watcher(): Promise<Session>;
  /** The device of the row; `opening` opens it. */
  device(opening?: { readonly subject: string; readonly query: string }): Promise<Session>;
  /** Remembers the correlation ID of what the device heard, for `{cid}`. */
  heard(correlationId: string): void;
  /** The stream of events of the row; `path` opens it. */
  listener(path?: string): EventReader;
  /** What was begun and is not answered. */
  pending: Promise<void> | undefined;
}

export function openContext(server: TestServer, name: string): Context {
  const id = `org.acme:${name}`;
  let etag = "";
  let heardLast = "";
  let device: Promise<Session> | undefined;
  let listening: EventReader | undefined;
  const sessions = new Map<string, Promise<Session>>();
  let watching: Promise<Session> | undefined;
  const fillText = (text: string) =>
    text
      .replaceAll("{thing}", `/api/2/things/${id}`)
      .replaceAll("{id}", id)
      .replaceAll("{name}", name)
      .replaceAll("{etag}", etag)
      .replaceAll("{cid}", heardLast)
      .replaceAll("{now}", new Date().toISOString())
      .replaceAll("{url}", server.url);
  const fill = <T>(value: T): T => mapTexts(value, fillText) as T;
  return {
    server,
    fill,
    sawTag: (tag) => {
      etag = tag;
    },
    session: (subject) => remember(sessions, subject, () => open(server, subject)),
    watcher: () => {
      watching ??= startWatching(server);
      return watching;
    },
    device: (opening) => {
      if (opening) device = open(server, opening.subject, opening.query);
      if (!device) throw new Error("the row has no device");
      return device;
    },
    heard: (correlationId) => {
      heardLast = correlationId;
    },
    listener: (path) => {
      if (path !== undefined) listening = readEvents(server.url + path);
      if (!listening) throw new Error("the row has no listener");
      return listening;
    },
    pending: undefined,
    async [Symbol.asyncDispose]() {
      listening?.close();
      const others = [watching, device].filter((one) => one !== undefined);
      for (const session of [...sessions.values(), ...others]) {
        await (await session)[Symbol.asyncDispose]();
      }
    },
  };
}

const open = (server: TestServer, subject: string, query = "") =>
  openSession(server, { "x-ditto-pre-authenticated": subject }, query);

async function startWatching(server: TestServer): Promise<Session> {
  const session = await open(server, "nginx:ditto");
  session.send("START-SEND-EVENTS");
  await session.next();
  return session;
}

function remember<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key) ?? make();
  map.set(key, known);
  return known;
}

/** Values that are no JSON, such as regular expressions, stay what they are. */
function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [change(key), mapTexts(item, change)]),
  );
}
