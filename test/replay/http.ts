// Replays the recorded HTTP requests in order and collects how the answers differ.

import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { Bindings } from "./bindings.ts";
import { differences, type OurResponse } from "./compare.ts";
import { askerFor } from "./generated-ids.ts";
import { type Exchange, readExchanges, type WireRequest } from "./recording.ts";
import { send } from "./send.ts";

/** How one recorded exchange went here; no differences means as recorded. */
export interface Outcome {
  readonly n: number;
  readonly name: string;
  /** The request line and headers, or what else was said. */
  readonly asked: string;
  readonly differences: readonly string[];
}

/** Told of every exchange as it is replayed. */
export type OnExchange = (exchange: Exchange, sent: WireRequest, ours: OurResponse, outcome: Outcome) => void;

/** Replays a recording against a server that must be empty, up to number `last`. */
export async function replayHttp(
  file: string,
  url: string,
  options: { last?: number; onExchange?: OnExchange } = {},
): Promise<Outcome[]> {
  let bindings = new Bindings(new URL(url).host);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const outcomes: Outcome[] = [];
  const exchanges = readExchanges(file);
  const ask = askerFor(exchanges, (request) => send(url, request, agent));
  try {
    for (const exchange of exchanges) {
      if (exchange.n > (options.last ?? Number.POSITIVE_INFINITY)) break;
      const sent = translated(exchange.request, bindings);
      const answer = await answerTo(exchange, () => ask(exchange, sent, bindings), bindings);
      const { ours, found } = answer;
      bindings = answer.bindings;
      const outcome = {
        n: exchange.n,
        name: exchange.name,
        asked: inWords(exchange.request),
        differences: found,
      };
      options.onExchange?.(exchange, sent, ours, outcome);
      outcomes.push(outcome);
    }
  } finally {
    agent.destroy();
  }
  return outcomes;
}

interface Compared {
  readonly ours: OurResponse;
  readonly found: readonly string[];
  /** What is known afterwards. */
  readonly bindings: Bindings;
}

/** A search that differs is asked again for a while: the recorder was slower than the search index, this is not. */
async function answerTo(
  { request, response }: Exchange,
  ask: () => Promise<OurResponse>,
  known: Bindings,
): Promise<Compared> {
  const patience = request.path.startsWith("/api/2/search/") ? 2_000 : 0;
  const deadline = performance.now() + patience;
  for (;;) {
    const ours = await ask();
    const bindings = known.copy();
    const found = differences(response, ours, bindings);
    if (found.length === 0 || performance.now() >= deadline) return { ours, found, bindings };
    await sleep(50);
  }
}

function inWords({ method, path, headers }: WireRequest): string {
  return `${method} ${path} ${Object.entries(headers)
    .map(([name, value]) => `${name.toLowerCase()}: ${value}`)
    .join(", ")}`;
}

function translated(request: WireRequest, bindings: Bindings): WireRequest {
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, bindings.translate(value)]),
  );
  const head = { method: request.method, path: bindings.translate(request.path), headers };
  return request.body === undefined ? head : { ...head, body: bindings.translate(request.body) };
}
