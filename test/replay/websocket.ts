// Replays a recorded WebSocket session and collects how ours differs.

import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { isObject, type JsonValue } from "../../src/base/json/json.ts";
import { Bindings } from "./bindings.ts";
import { differences, jsonDifferences, type OurResponse } from "./compare.ts";
import { setUp } from "./found.ts";
import type { Outcome } from "./http.ts";
import { Pauses } from "./pauses.ts";
import type { WireRequest } from "./recording.ts";
import { send } from "./send.ts";
import { type Opening, Session } from "./session.ts";
import { readTranscript, type Step } from "./transcript.ts";

/** How a session was opened, where the recording shows that it was not for `nginx:ditto` alone, or that it declared labels. */
const openings: Readonly<Record<string, Partial<Opening>>> = {
  "ws-acks.jsonl": { query: "?declared-acks=my-ack" },
  "ws-policy-announcement.jsonl": { subjects: "nginx:ditto,nginx:exp" },
};

/** Recordings of two sessions at once: a device, and who asks it. The second of them sends what is no answer, and is sent answers. */
const withAsker: ReadonlySet<string> = new Set(["ws-live-messages.jsonl"]);

/** What the three refused handshakes asked for; the recording holds the answers only. */
const handshakes: readonly { path: string; headers: Readonly<Record<string, string>> }[] = [
  { path: "/ws/2", headers: {} },
  { path: "/ws/3", headers: { "x-ditto-pre-authenticated": "nginx:ditto" } },
  { path: "/ws", headers: { "x-ditto-pre-authenticated": "nginx:ditto" } },
];

/** Time for a message nobody waits for to show up. */
const settleMs = 300;

/** Replays one transcript; the outcomes are numbered by the lines of the recording, 0 standing for its end. */
export async function replayWebSocket(file: string, url: string, maxPauseMs: number): Promise<Outcome[]> {
  await setUp(file, url);
  const steps = readTranscript(file);
  const opening = { subjects: "nginx:ditto", query: "", ...openings[file] };
  const hasAsker = withAsker.has(file);
  const player = new Player(url, opening, hasAsker, missingAcks(steps), new Pauses(maxPauseMs));
  try {
    const outcomes: Outcome[] = [];
    for (const step of steps) {
      const differences = await player.play(step);
      if (differences) outcomes.push({ n: step.n, ...described(step), differences });
    }
    outcomes.push({ n: 0, name: "nothing more is sent", asked: "", differences: await player.rest() });
    return outcomes;
  } finally {
    player.close();
  }
}

/** The acknowledgements of control messages that a recording ends before; Ditto takes its time for them. */
function missingAcks(steps: readonly Step[]): ReadonlySet<JsonValue> {
  const received = new Set(steps.flatMap((step) => (step.kind === "receive" ? [step.frame] : [])));
  const acks = steps.flatMap((step) =>
    step.kind === "send" && typeof step.frame === "string" && /^(START|STOP)-SEND-/.test(step.frame)
      ? [`${step.frame.replace(/\?.*/, "")}:ACK`]
      : [],
  );
  return new Set(acks.filter((ack) => !received.has(ack)));
}

/** Plays steps one after another over one socket, or two, opened when first needed. */
class Player {
  readonly #url: string;
  readonly #opening: Opening;
  readonly #hasAsker: boolean;
  readonly #pauses: Pauses;
  readonly #missing: ReadonlySet<JsonValue>;
  readonly #bindings: Bindings;
  readonly #agent = new Agent({ keepAlive: true });
  #session: Promise<Session> | undefined;
  #asker: Promise<Session> | undefined;
  #pending: Promise<OurResponse> | undefined;
  #handshakes = 0;

  constructor(
    url: string,
    opening: Opening,
    hasAsker: boolean,
    missing: ReadonlySet<JsonValue>,
    pauses: Pauses,
  ) {
    this.#url = url;
    this.#opening = opening;
    this.#hasAsker = hasAsker;
    this.#pauses = pauses;
    this.#missing = missing;
    this.#bindings = new Bindings(new URL(url).host);
  }

  /** The differences of a step, or nothing where the step expects nothing. */
  async play(step: Step): Promise<string[] | undefined> {
    switch (step.kind) {
      case "send":
        (await this.#open(isObject(step.frame) && !isAnswer(step.frame))).send(this.#translated(step.frame));
        return undefined;
      case "receive":
        return this.#receive(await this.#open(isAnswer(step.frame)), step.frame);
      case "request":
        await this.#pauses.until(step.at);
        this.#pending = send(this.#url, stillToCome(step.request), this.#agent);
        return undefined;
      case "response":
        if (!this.#pending) throw new Error(`line ${step.n}: a response without a request`);
        return differences(step.response, await this.#pending, this.#bindings);
      case "handshake":
        return differences(step.response, await this.#handshake(), this.#bindings);
      case "ping":
        return (await (await this.#open()).ping()) ? [] : ["no pong within 1 s"];
    }
  }

  /** Messages the recording does not have. */
  async rest(): Promise<string[]> {
    const sessions = [this.#session, this.#asker].filter((session) => session !== undefined);
    if (sessions.length === 0) return [];
    await sleep(settleMs);
    const unread = (await Promise.all(sessions))
      .flatMap((session) => session.unread())
      .filter((frame) => !this.#missing.has(frame));
    return unread.map((frame) => `unexpected message ${print(frame)}`);
  }

  close(): void {
    this.#agent.destroy();
    for (const session of [this.#session, this.#asker]) void session?.then((opened) => opened.close());
  }

  #open(asAsker = false): Promise<Session> {
    if (asAsker && this.#hasAsker) {
      this.#asker ??= Session.open(this.#url, this.#opening);
      return this.#asker;
    }
    this.#session ??= Session.open(this.#url, this.#opening);
    return this.#session;
  }

  #translated(frame: JsonValue): string {
    return typeof frame === "string"
      ? this.#bindings.translate(frame)
      : this.#bindings.translate(JSON.stringify(frame));
  }

  async #receive(session: Session, recorded: JsonValue): Promise<string[]> {
    const taken = await session.take((frame) => answers(recorded, frame));
    const unexpected = taken.skipped.filter((frame) => !this.#missing.has(frame));
    const skipped = unexpected.map((frame) => `unexpected message before it: ${print(frame)}`);
    if (taken.frame === undefined) return [...skipped, "no such message within 1 s"];
    return [...skipped, ...jsonDifferences(recorded, taken.frame, this.#bindings, "message")];
  }

  #handshake(): Promise<OurResponse> {
    const asked = handshakes[this.#handshakes++] ?? { path: "/", headers: {} };
    const upgrade = {
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    };
    return send(this.#url, { method: "GET", path: asked.path, headers: { ...upgrade, ...asked.headers } });
  }
}

/** A request whose times of the recorded day, which lay ahead then, lie ahead again. */
function stillToCome(request: WireRequest): WireRequest {
  if (request.body === undefined) return request;
  const soon = new Date(Date.now() + 600_000).toISOString();
  return { ...request, body: request.body.replaceAll(/2026-11-21T[\d:.]+Z/g, soon) };
}

/** Whether a frame answers another, which a control message never does. */
const isAnswer = (frame: JsonValue): boolean => isObject(frame) && frame.status !== undefined;

interface EnvelopeLike {
  readonly topic?: string;
  readonly path?: string;
  readonly headers?: { readonly "correlation-id"?: string };
}

/** Whether a frame is the one meant: the same control message, or an envelope on the same matter. */
function answers(recorded: JsonValue, ours: JsonValue): boolean {
  if (typeof recorded === "string" || typeof ours === "string") return recorded === ours;
  const [a, b] = [recorded as EnvelopeLike, ours as EnvelopeLike];
  return a.topic === b.topic && a.path === b.path && sameCorrelation(a, b);
}

/** Generated correlation ids differ from run to run, those of the client do not. */
function sameCorrelation(a: EnvelopeLike, b: EnvelopeLike): boolean {
  const id = a.headers?.["correlation-id"];
  return id === undefined || /^[0-9a-f]{8}-/.test(id) || id === b.headers?.["correlation-id"];
}

function described(step: Step): { name: string; asked: string } {
  switch (step.kind) {
    case "receive":
      return {
        name: typeof step.frame === "string" ? step.frame : `message ${(step.frame as EnvelopeLike).topic}`,
        asked: JSON.stringify(step.frame),
      };
    case "response":
    case "handshake":
      return { name: `${step.kind} ${step.response.status}`, asked: "" };
    case "send":
    case "request":
    case "ping":
      return { name: step.kind, asked: "" };
  }
}

const print = (frame: JsonValue): string => JSON.stringify(frame).slice(0, 160);
