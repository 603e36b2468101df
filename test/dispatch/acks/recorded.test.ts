// What a real Ditto answered to every combination of the three headers, as far as it goes beyond a plain response.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { TwinError } from "../../../src/base/errors.ts";
import type { JsonObject, JsonValue } from "../../../src/base/json/json.ts";
import { type Ack, twinPersisted } from "../../../src/dispatch/acks/ack.ts";
import { awaitedOverHttp, awaitsOthers } from "../../../src/dispatch/acks/awaited.ts";
import { httpForm } from "../../../src/dispatch/acks/forms.ts";
import { acksOf, responseOf, type WhenIndexed } from "../../../src/dispatch/acks/outcome.ts";
import { parseTextHeader } from "../../../src/protocol/headers.ts";
import type { Reply } from "../../../src/signals/reply.ts";
import type { Command } from "../../../src/signals/signal.ts";
import { type Exchange, readExchanges } from "../../replay/recording.ts";
import { waitingOfOne } from "../../support/waiting.ts";

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
  const timeout = new URLSearchParams(exchange.request.path.split("?")[1]).get("timeout");
  const echoed = { "correlation-id": id, ...(timeout !== null && { timeout }) };
  const carried = { ...echoed, "x-ditto-pre-authenticated": "nginx:ditto", host: "HOST" };
  const recordedAcks = (json ?? {}) as unknown as { readonly [label: string]: Ack | undefined };
  const persisted = recordedAcks["twin-persisted"];
  const searchable = recordedAcks["search-persisted"];
  const run = async () => replyOf(exchange, persisted);
  const whenIndexed: WhenIndexed = (_id, _revision, told) => searchable && told();
  const waiting = { ...waitingOfOne(3000), whenIndexed };
  const onFault = (error: unknown) => expect.unreachable(String(error));
  const waiter = {
    id: "org.acme:t",
    subject: "nginx:ditto",
    correlationId: id,
    characters: 0,
    onGone: () => () => undefined,
    onCommitted: () => undefined,
    onFault,
  };
  try {
    const command = commandOf(exchange, id);
    const location = persisted?.headers.location as string | undefined;
    const ackOf = (reply: Reply) => twinPersisted(command, reply, carried, location);
    const awaited = awaitedOverHttp(command);
    const outcome = awaitsOthers(awaited)
      ? acksOf(awaited, run, ackOf, waiter, waiting)
      : responseOf(awaited, run, waiting, onFault);
    await vi.runAllTimersAsync();
    return formOf(await outcome, awaited.shown, echoed);
  } catch (error) {
    if (!(error instanceof TwinError)) throw error;
    return { status: error.status, body: { ...error.toJSON() }, shown: "unknown" };
  }
}

function formOf(
  outcome: readonly Ack[] | Reply | "accepted",
  shown: readonly string[] | undefined,
  echoed: Record<string, string>,
): Answer {
  if (outcome === "accepted") return { status: 202, shown: undefined };
  if ("status" in outcome)
    return { status: outcome.status, shown: shown === undefined ? undefined : JSON.stringify(shown) };
  return { ...httpForm(outcome, echoed), shown: undefined };
}

function commandOf({ request }: Exchange, id: string): Command {
  const query = new URLSearchParams(request.path.split("?")[1]);
  const given = { "response-required": request.headers["response-required"], ...Object.fromEntries(query) };
  const said = ["timeout", "requested-acks", "response-required"].flatMap((name) => {
    const text = given[name as keyof typeof given];
    return text === undefined ? [] : [[name, parseTextHeader(name, text)]];
  });
  return {
    kind: "thing",
    id: "org.golden:t1",
    action: "modify",
    path: ["attributes", "ack"],
    auth: { subjects: ["nginx:ditto"] },
    headers: { "correlation-id": id, ...Object.fromEntries(said) },
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
