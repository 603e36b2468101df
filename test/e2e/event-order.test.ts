// Many sessions and streams of a real server while others write: what each is told of each thing.

import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startServer, type TestServer } from "../support/server.ts";
import { commandMessage, openSession, type Session } from "../support/socket.ts";

let server: TestServer;
beforeAll(async () => {
  // What waits for slow readers beyond the buffers of the system.
  server = await startServer({ env: { WS_MAX_BUFFERED: "64k", SSE_MAX_BUFFERED: "64k" } });
});
afterAll(() => server[Symbol.asyncDispose]());

const THINGS = 4;
const WRITERS = 3;
const WRITES = 40;
const names = Array.from({ length: THINGS }, (_, i) => `in-order-${i}`);
const idOf = (name: string) => `org.acme:${name}`;
const ids = names.map(idOf);
const first = ids[0] as string;
/** The creation, and what each of the writers writes over HTTP and over a WebSocket. */
const revisions = 1 + 2 * WRITERS * WRITES;
const FROM_START = range(2, revisions);

/** Revisions of things in the order in which somebody was told of them. */
type Told = Map<string, number[]>;

function note(told: Told, id: string, revision: number): void {
  const known = told.get(id);
  if (known) known.push(revision);
  else told.set(id, [revision]);
}

async function put(path: string, body: unknown): Promise<void> {
  const headers = { "content-type": "application/json" };
  const { ok, status } = await server.fetch(`/api/2/things/${path}`, {
    ...{ method: "PUT", headers, body: JSON.stringify(body) },
  });
  if (!ok) throw new Error(`PUT ${path}: ${status}`);
}

async function subscribe(parameters = ""): Promise<Session> {
  const session = await openSession(server);
  session.send(`START-SEND-EVENTS${parameters}`);
  expect(await session.next()).toBe("START-SEND-EVENTS:ACK");
  return session;
}

function toldBy({ inbox }: Session): Told {
  const told: Told = new Map();
  for (const text of inbox) {
    const { topic, revision } = JSON.parse(text) as { topic: string; revision: number };
    const [namespace, name] = topic.split("/");
    note(told, `${namespace}:${name}`, revision);
  }
  return told;
}

/** A stream of server-sent events; nothing is read of it until somebody asks. */
async function stream(path: string): Promise<Response & { readonly body: ReadableStream<Uint8Array> }> {
  const response = await server.fetch(`/api/2/things${path}`, { headers: { accept: "text/event-stream" } });
  expect(response.status).toBe(200);
  return response as Response & { readonly body: ReadableStream<Uint8Array> };
}

async function readStream(path: string, into: Told): Promise<void> {
  const { body } = await stream(path);
  void (async () => {
    let text = "";
    for await (const chunk of body) {
      const events = (text + Buffer.from(chunk)).split("\n\n");
      text = events.pop() as string;
      for (const event of events) {
        if (event === "data:") continue;
        const { thingId, _revision } = JSON.parse(event.slice("data:".length));
        note(into, thingId, _revision);
      }
    }
  })().catch(() => undefined); // the server stops before the stream ends
}

async function write(name: string, writer: number): Promise<void> {
  const session = await openSession(server);
  for (let n = 0; n < WRITES; n++) {
    const path = `/attributes/w${writer}`;
    session.send(commandMessage(name, "modify", path, n, { "response-required": false }));
    await put(`${idOf(name)}${path}`, n);
  }
  await expect.poll(() => session.socket.bufferedAmount).toBe(0);
  session.socket.close();
  await session.closed;
}

/** Comes and goes until it is over; gives what it was told each time. */
async function comeAndGo(isOver: () => boolean): Promise<readonly Told[]> {
  const visits: Told[] = [];
  while (!isOver()) {
    await using session = await subscribe();
    await sleep(20 + (visits.length % 5) * 10);
    visits.push(toldBy(session));
  }
  return visits;
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

test("each session and stream is told every revision once and in order, whoever comes, goes, or does not read", async () => {
  for (const id of ids) await put(id, { attributes: { bulk: "x".repeat(90_000) } });
  await using steady = await subscribe();
  await using picky = await subscribe(`?filter=${encodeURIComponent(`eq(thingId,"${first}")`)}`);
  await using slow = await subscribe("?extraFields=attributes/bulk");
  slow.socket.pause();
  const slowStream = await stream("?extraFields=attributes/bulk&fields=_revision,attributes/bulk");
  const streamed: { all: Told; one: Told } = { all: new Map(), one: new Map() };
  await readStream("?fields=thingId,_revision", streamed.all);
  await readStream(`/${first}?fields=thingId,_revision`, streamed.one);
  let isOver = false;
  const restless = comeAndGo(() => isOver);

  await Promise.all(names.flatMap((name) => range(1, WRITERS).map((writer) => write(name, writer))));
  const everything = new Map(ids.map((id) => [id, FROM_START]));
  await expect.poll(() => steady.inbox.length, { timeout: 20_000 }).toBe(THINGS * FROM_START.length);
  await expect.poll(() => streamed.all, { timeout: 20_000 }).toEqual(everything);
  isOver = true;

  expect(toldBy(steady)).toEqual(everything);
  expect(toldBy(picky)).toEqual(new Map([[first, FROM_START]]));
  expect(streamed.one).toEqual(new Map([[first, FROM_START]]));
  const visits = await restless;
  expect(visits.length).toBeGreaterThan(3);
  const toldThen = visits.flatMap((visit) => [...visit.values()]);
  expect(toldThen.length).toBeGreaterThan(0);
  for (const told of toldThen) expect(told).toEqual(range(told[0] as number, told.at(-1) as number));
  slow.socket.resume();
  expect([1013, 1006]).toContain((await slow.closed).code); // whether it is still told why is a matter of time
  const late = await slowStream.text().catch(() => ""); // it comes to an end
  expect(late).not.toContain(`"_revision":${revisions},`);
  expect(slow.inbox.length).toBeLessThan(THINGS * FROM_START.length);
}, 90_000);
