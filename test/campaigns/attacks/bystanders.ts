// Clients that behave, beside an attack: how long they wait.

import { once } from "node:events";
import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import { Latencies } from "../../../bench/load/latencies.ts";
import { ditto } from "./attack.ts";

const THINGS = Array.from({ length: 10 }, (_, i) => `org.bystander:machine-${i}`);
/** Between two requests of one client, so that they load nothing. */
const PACE_MS = 20;
/** After which an answer or event counts as lost. */
const LOST_MS = 30_000;

export interface Waited {
  readonly get: readonly number[];
  readonly put: readonly number[];
  readonly event: readonly number[];
}

/** p50 and p99 in milliseconds of each kind, with how many there were, and what went wrong. */
export interface Watched {
  readonly kinds: readonly {
    readonly kind: keyof Waited;
    readonly count: number;
    readonly p50: number;
    readonly p99: number;
  }[];
  readonly wrong: readonly string[];
}

/** Clients of a server: one reads, one writes, one is told of what is written. */
export class Bystanders implements AsyncDisposable {
  readonly #url: string;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #socket: WebSocket;
  readonly #written = new Map<number, number>();
  #events = new Latencies();
  #next = 0;

  private constructor(url: string, socket: WebSocket) {
    this.#url = url;
    this.#socket = socket;
    socket.on("message", (data) => this.#told(String(data)));
  }

  /** Makes their things and opens their session. */
  static async on(url: string): Promise<Bystanders> {
    const socket = new WebSocket(`${url.replace(/^http/, "ws")}/ws/2`, { headers: { authorization: ditto } });
    await once(socket, "open");
    const made = new Bystanders(url, socket);
    for (const id of THINGS)
      await made.#ask("PUT", `/api/2/things/${id}`, JSON.stringify({ attributes: {} }));
    socket.send("START-SEND-EVENTS?namespaces=org.bystander");
    await once(socket, "message");
    return made;
  }

  /** Watches for so long. */
  async watch(seconds: number): Promise<Watched> {
    const wrong: string[] = [];
    const [gets, puts] = [new Latencies(), new Latencies()];
    this.#events = new Latencies();
    this.#written.clear();
    const until = performance.now() + seconds * 1_000;
    const lane = async (latencies: Latencies, ask: (nth: number) => Promise<number>) => {
      for (let nth = 0; performance.now() < until; nth++) {
        const before = performance.now();
        const status = await ask(nth);
        latencies.add(performance.now() - before);
        if (status !== 200 && status !== 204 && status !== 201) wrong.push(`answered with ${status}`);
        await sleep(PACE_MS);
      }
    };
    await Promise.all([
      lane(gets, (nth) => this.#ask("GET", `/api/2/things/${THINGS[nth % THINGS.length]}`)),
      lane(puts, (nth) => this.#write(THINGS[nth % THINGS.length] as string)),
    ]);
    for (
      const waitUntil = performance.now() + LOST_MS;
      this.#written.size > 0 && performance.now() < waitUntil;
    )
      await sleep(10);
    if (this.#written.size > 0) wrong.push(`${this.#written.size} events did not come`);
    if (this.#socket.readyState !== WebSocket.OPEN) wrong.push("the session is closed");
    return {
      wrong,
      kinds: [row("get", gets), row("put", puts), row("event", this.#events)],
    };
  }

  #write(thing: string): Promise<number> {
    const n = this.#next++;
    this.#written.set(n, performance.now());
    return this.#ask("PUT", `/api/2/things/${thing}/attributes/n`, String(n));
  }

  #told(text: string): void {
    const n = /"value":(\d+)/.exec(text)?.[1];
    const writtenAt = n === undefined ? undefined : this.#written.get(Number(n));
    if (writtenAt === undefined) return;
    this.#written.delete(Number(n));
    this.#events.add(performance.now() - writtenAt);
  }

  /** 0 where there is no answer. */
  #ask(method: string, path: string, body?: string): Promise<number> {
    return new Promise((resolve) => {
      const type = body === undefined ? {} : { "content-type": "application/json" };
      const outgoing = request(
        new URL(path, this.#url),
        { method, agent: this.#agent, headers: { authorization: ditto, ...type }, timeout: LOST_MS },
        (response) => {
          response.resume();
          response.on("close", () => resolve(response.statusCode ?? 0));
        },
      );
      outgoing.on("timeout", () => outgoing.destroy(new Error("no answer")));
      outgoing.on("error", () => resolve(0));
      outgoing.end(body);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#agent.destroy();
    this.#socket.terminate();
  }
}

function row(kind: keyof Waited, latencies: Latencies) {
  const [p50 = 0, p99 = 0] = latencies.at(0.5, 0.99);
  return { kind, count: latencies.count, p50, p99 };
}
