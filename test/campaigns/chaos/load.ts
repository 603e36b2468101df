// The clients of a campaign: they write, read and listen at whichever member answers, and note what they are told.

import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import { send } from "../../replay/send.ts";
import type { Read, Session, Write } from "./history.ts";
import type { Node, Site } from "./site.ts";

const authorization = `Basic ${Buffer.from("ditto:ditto").toString("base64")}`;
const PAUSE_MS = 20;
/** Of one session that are told. */
const MOST_LATE = 20;

export interface LoadOptions {
  readonly things: readonly string[];
  /** Writers and readers, each with one request at a time. */
  readonly writers: number;
  readonly readers: number;
  /** At each node. */
  readonly subscribers: number;
}

export interface Load {
  readonly writes: Write[];
  readonly reads: Read[];
  readonly sent: Set<number>;
  /** Refusals by status. */
  readonly refused: Map<number, number>;
  /** Answers that no client should get. */
  readonly strange: string[];
  /** Ends writing and reading; resolves when the last has been answered. */
  quiesce(): Promise<void>;
  /** What is heard in the sessions that there are now. */
  heard(): Session[];
  /** Ends listening, and gives all sessions that were. */
  sessions(): Session[];
}

/** Starts them; `random` chooses things and members. */
export function startLoad(site: Site, options: LoadOptions, random: () => number): Load {
  const writes: Write[] = [];
  const reads: Read[] = [];
  const sent = new Set<number>();
  const refused = new Map<number, number>();
  const strange: string[] = [];
  const agent = new Agent({ keepAlive: true });
  let isOver = false;
  let value = 0;
  const someThing = () => options.things[Math.floor(random() * options.things.length)] as string;

  function awake(): Node | undefined {
    const nodes = site.nodes.filter(({ isAwake }) => isAwake);
    return nodes[Math.floor(random() * nodes.length)];
  }

  async function ask(method: string, path: string, body?: string) {
    const node = awake();
    if (!node?.server) return undefined;
    const start = performance.now();
    const headers = { authorization, "content-type": "application/json" };
    const request = { method, path, headers, ...(body !== undefined && { body }) };
    const answer = await send(node.server.url, request, agent);
    return { ...answer, node: node.name, start, end: performance.now() };
  }

  function note(status: number, node: string, body: string): void {
    refused.set(status, (refused.get(status) ?? 0) + 1);
    if (![0, 503, 504].includes(status)) strange.push(`${node} answered ${status}: ${body.slice(0, 200)}`);
  }

  async function write(lane: string): Promise<void> {
    const thing = someThing();
    const own = ++value;
    sent.add(own);
    const answer = await ask("PUT", `/api/2/things/${thing}/attributes/${lane}`, String(own));
    if (!answer) return void (await sleep(PAUSE_MS));
    const { status, start, end, node, body, headers } = answer;
    if (status >= 300 || status === 0) {
      note(status, node, body);
      return void (await sleep(PAUSE_MS));
    }
    const revision = Number(headers.find(([name]) => name.toLowerCase() === "entity-revision")?.[1]);
    writes.push({ thing, lane, value: own, revision, start, end });
  }

  async function read(): Promise<void> {
    const thing = someThing();
    const answer = await ask("GET", `/api/2/things/${thing}?fields=attributes,_revision`);
    if (!answer) return void (await sleep(PAUSE_MS));
    const { status, start, end, node, body } = answer;
    if (status !== 200) {
      note(status, node, body);
      return void (await sleep(PAUSE_MS));
    }
    const { attributes = {}, _revision } = JSON.parse(body) as {
      attributes?: Record<string, number>;
      _revision: number;
    };
    reads.push({ thing, revision: _revision, values: attributes, start, end });
  }

  const lane = async (work: () => Promise<void>) => {
    while (!isOver) {
      await work();
      await sleep(PAUSE_MS * random());
    }
  };
  const running = Promise.all([
    ...Array.from({ length: options.writers }, (_, i) => lane(() => write(`w${i}`))),
    ...Array.from({ length: options.readers }, () => lane(read)),
  ]);
  const listeners = site.nodes.flatMap((node) =>
    Array.from({ length: options.subscribers }, (_, i) => listen(node, `${node.name}/${i}`)),
  );

  return {
    writes,
    reads,
    sent,
    refused,
    strange,
    async quiesce() {
      isOver = true;
      await running;
      agent.destroy();
    },
    heard: () => listeners.flatMap(({ current }) => current() ?? []),
    sessions: () => listeners.flatMap(({ end }) => end()),
  };
}

/** Since the campaign began. */
export const seconds = (): string => (performance.now() / 1_000).toFixed(1);

interface Listener {
  /** The session that there is now. */
  current(): Session | undefined;
  /** Ends it, and gives what was heard in each. */
  end(): Session[];
}

/** Listens at one member again and again until told to stop. */
function listen(node: Node, name: string): Listener {
  const ended: Session[] = [];
  let current: { session: Session; socket: WebSocket } | undefined;
  let isOver = false;

  async function session(): Promise<void> {
    const socket = new WebSocket(`${node.server?.wsUrl}/ws/2`, { headers: { authorization } });
    socket.on("error", () => undefined); // told by the close
    const closed = new Promise((resolve) => socket.once("close", resolve));
    const seen = new Map<string, number[]>();
    const late: string[] = [];
    let known: Session | undefined;
    socket.on("open", () => socket.send("START-SEND-EVENTS"));
    socket.on("message", (data) => {
      const text = String(data);
      if (text.startsWith("START-SEND-EVENTS")) {
        const since = performance.now();
        known = { name: `${name} since ${since.toFixed(0)}`, since, lasted: false, seen, late };
        current = { session: known, socket };
        return;
      }
      const { topic, revision } = JSON.parse(text) as { topic: string; revision: number };
      const [namespace, thing] = topic.split("/");
      const id = `${namespace}:${thing}`;
      const revisions = seen.get(id);
      if (revision < (revisions?.at(-1) ?? 0) && late.length < MOST_LATE)
        late.push(`${revision} of ${thing} came at ${seconds()} s`);
      if (revisions) revisions.push(revision);
      else seen.set(id, [revision]);
    });
    await closed;
    if (known && !isOver) ended.push(known);
    current = undefined;
  }

  void (async () => {
    while (!isOver) {
      if (node.isAwake && node.server) await session();
      await sleep(100);
    }
  })();
  return {
    current: () => current?.session,
    end() {
      isOver = true;
      const last = current ? [{ ...current.session, lasted: true }] : [];
      current?.socket.terminate();
      return [...ended, ...last];
    },
  };
}
