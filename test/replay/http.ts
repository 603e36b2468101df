// Replays the recorded HTTP requests in order and collects how the answers differ.

import { Agent } from "node:http";
import { Bindings } from "./bindings.ts";
import { differences, type OurResponse } from "./compare.ts";
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
  const bindings = new Bindings(new URL(url).host);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const outcomes: Outcome[] = [];
  try {
    for (const exchange of readExchanges(file)) {
      if (exchange.n > (options.last ?? Number.POSITIVE_INFINITY)) break;
      const sent = translated(exchange.request, bindings);
      const ours = await send(url, sent, agent);
      const found = differences(exchange.response, ours, bindings);
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
