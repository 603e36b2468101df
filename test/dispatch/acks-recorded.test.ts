// What a real Ditto answered to every combination of the three headers, as far as it goes beyond a plain response.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { TwinError } from "../../src/base/errors.ts";
import type { JsonObject, JsonValue } from "../../src/base/json/json.ts";
import { type Ack, twinPersisted } from "../../src/dispatch/acks/ack.ts";
import { awaitedOverHttp } from "../../src/dispatch/acks/awaited.ts";
import { Deadlines } from "../../src/dispatch/acks/deadlines.ts";
import { httpForm } from "../../src/dispatch/acks/forms.ts";
import { type Outcome, outcomeOf, type Runnable } from "../../src/dispatch/acks/outcome.ts";
import type { Reply } from "../../src/signals/reply.ts";
import type { Command } from "../../src/signals/signal.ts";
import { type Exchange, readExchanges } from "../replay/recording.ts";

const recorded = (file: string, numbers: readonly number[]): [string, Exchange][] =>
  readExchanges(file)
    .filter(({ n }) => numbers.includes(n))
    .map((exchange) => [`${exchange.request.path} (${file} ${exchange.n})`, exchange]);

const exchanges = [
  ...recorded("http.jsonl", [139, 140, 141, 142, 143, 144, 145, 146, 147, 164, 168]),
  ...recorded("http-2.jsonl", [160, 161, 162, 163, 164, 165, 166, 167, 168, 169, 170, 171, 172, 173, 174]),
];

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test.each(exchanges)("%s", async (_, exchange) => {
  const { status, body, headers } = exchange.response;
  const told = Object.fromEntries((headers ?? []).map(([name, value]) => [name.toLowerCase(), value]));
  const json = body.kind === "json" ? body.json : undefined;

  const answer = await answerTo(exchange, json, told["correlation-id"] ?? "none");

  const own = ["correlation-id", "timeout", "response-required", "requested-acks", "content-type"];
  const expected = Object.fromEntries(
    Object.entries(told).filter(([name]) => answer.headers === undefined || own.includes(name)),
  );
  expect({ status: answer.status, body: withoutTexts(answer.body) }).toEqual({
    status,
    body: "body" in answer ? withoutTexts(json) : undefined,
  });
  if (answer.headers) expect(answer.headers).toEqual(expected);
  if (answer.shown !== "unknown") expect(answer.shown).toBe(told["requested-acks"]);
});

interface Answer {
  readonly status: number;
  readonly body?: JsonValue | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** The header `requested-acks`. */
  readonly shown: string | undefined;
}

/** A refusal of what the request awaits, or what it is answered when `twin-persisted` is as recorded. */
async function answerTo(exchange: Exchange, json: JsonValue | undefined, id: string): Promise<Answer> {
  const command = commandOf(exchange, id);
  const { timeout } = command.headers;
  const echoed = { "correlation-id": id, ...(timeout !== undefined && { timeout: timeout as string }) };
  const carried = { ...echoed, "x-ditto-pre-authenticated": "nginx:ditto", host: "HOST" };
  const recordedAcks = (json ?? {}) as unknown as { readonly [label: string]: Ack | undefined };
  const persisted = recordedAcks["twin-persisted"];
  const searchable = recordedAcks["search-persisted"];
  const runnable: Runnable = {
    correlationId: id,
    run: async (feed) => {
      if (searchable) feed?.({ ...searchable, label: "search-persisted" });
      return replyOf(exchange, persisted);
    },
    ackOf: (reply) =>
      twinPersisted(command, reply, carried, persisted?.headers.location as string | undefined),
  };
  try {
    const awaited = awaitedOverHttp(command);
    const outcome = outcomeOf(awaited, runnable, {
      deadlines: new Deadlines(1),
      refusalMs: 3000,
      onFault: expect.unreachable,
    });
    await vi.runAllTimersAsync();
    return formOf(await outcome, awaited.shown, echoed);
  } catch (error) {
    if (!(error instanceof TwinError)) throw error;
    return { status: error.status, body: { ...error.toJSON() }, shown: "unknown" };
  }
}

function formOf(
  outcome: Outcome,
  shown: readonly string[] | undefined,
  echoed: Record<string, string>,
): Answer {
  if (outcome === "accepted") return { status: 202, shown: undefined };
  if ("reply" in outcome)
    return { status: outcome.reply.status, shown: shown === undefined ? undefined : JSON.stringify(shown) };
  return { ...httpForm(outcome.acks, echoed), shown: undefined };
}

function commandOf({ request }: Exchange, id: string): Command {
  const query = new URLSearchParams(request.path.split("?")[1]);
  const required = query.get("response-required") ?? request.headers["response-required"];
  return {
    kind: "thing",
    id: "org.golden:t1",
    action: "modify",
    path: ["attributes", "ack"],
    auth: { subjects: ["nginx:ditto"] },
    headers: {
      "correlation-id": id,
      ...(query.has("timeout") && { timeout: query.get("timeout") }),
      ...(query.has("requested-acks") && { "requested-acks": query.get("requested-acks") }),
      ...(required !== undefined && { "response-required": required === "true" }),
    },
  };
}

function replyOf({ response }: Exchange, ack: Ack | undefined): Reply {
  if (!ack) return { status: response.status < 300 ? response.status : 204, revision: 7 };
  const { "entity-revision": revision, etag } = ack.headers;
  const value = ack.payload === undefined ? {} : { value: ack.payload };
  return { status: ack.status, revision: revision as number, etag: etag as string, ...value };
}

/** The texts of errors are our own, and links are not in every error of Ditto. */
function withoutTexts(value: JsonValue | undefined): JsonValue | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value as JsonObject)
    .filter(([name]) => name !== "href")
    .map(([name, item]) => [
      name,
      name === "message" || name === "description" ? "*" : (withoutTexts(item) as JsonValue),
    ]);
  return Object.fromEntries(entries);
}
