import fc from "fast-check";
import { expect, test } from "vitest";
import type { Settlement } from "../../../src/connectivity/connectors/connector.ts";
import { type Outcome, settlementOf } from "../../../src/connectivity/inbound/settlement.ts";
import { acknowledgedBy, settlesByOutcome } from "../../../src/connectivity/inbound/spoken.ts";
import { parseTopic } from "../../../src/protocol/topic.ts";

type Some = Exclude<Outcome, undefined>;
const response = (status: number): Some => ({ status, type: "response", isLive: false });
const error = (status: number): Some => ({ status, type: "error", isLive: false });
const live = (status: number): Some => ({ status, type: "response", isLive: true });
const acks = (...statuses: readonly number[]): Some => ({
  ...{ type: "acknowledgement", isLive: false, statuses },
  status: statuses.every((status) => status < 300) ? 200 : 424,
});

const table: readonly (readonly [Some, Settlement])[] = [
  [response(204), "accept"],
  [response(304), "accept"],
  [response(404), "reject"],
  [error(400), "reject"],
  [error(403), "reject"],
  [error(408), "redeliver"],
  [error(412), "accept"],
  [error(424), "redeliver"],
  [error(429), "reject"],
  [error(500), "redeliver"],
  [error(503), "redeliver"],
  [live(404), "accept"],
  [live(500), "accept"],
  [live(408), "redeliver"],
  [acks(200, 204), "accept"],
  [acks(200, 400), "reject"],
  [acks(200, 412), "reject"],
  [acks(400, 408), "redeliver"],
  [acks(204, 503), "redeliver"],
];

for (const [outcome, settlement] of table) {
  const { type, status, isLive, statuses } = outcome;
  test(`a message with ${isLive ? "a live" : "the"} ${type} ${statuses?.join() ?? status} is settled by '${settlement}'`, () => {
    expect(settlementOf([outcome])).toBe(settlement);
  });
}

test("a message is accepted only if all that it became succeeded, and comes again if one may succeed then", () => {
  const one = fc.constantFrom(undefined, ...table.map(([outcome]) => outcome));
  const single = new Map<Outcome, Settlement>([[undefined, "accept"], ...table]);
  fc.assert(
    fc.property(fc.array(one, { maxLength: 6 }), (outcomes) => {
      const each = outcomes.map((outcome) => single.get(outcome) as Settlement);
      const worst = each.includes("redeliver") ? "redeliver" : each.includes("reject") ? "reject" : "accept";
      expect(settlementOf(outcomes)).toBe(worst);
    }),
  );
});

// The table "Connectivity" of the page basic-acknowledgements: whether the outcome settles a message.
const required = [undefined, true, false];
const requested = [undefined, [], ["twin-persisted"], ["some:label"]];
const timeouts = [undefined, "0s", "10s"];
const rows = required.flatMap((responseRequired) =>
  requested.flatMap((labels) => timeouts.map((timeout) => ({ responseRequired, labels, timeout }))),
);

/** As the page says it, with its defaults. */
function expectedByPage({ responseRequired, labels, timeout }: (typeof rows)[number]): boolean {
  const isZero = timeout === "0s";
  const isRequired = responseRequired ?? !isZero;
  const awaited = labels ?? (isZero || !isRequired ? [] : ["twin-persisted"]);
  if (isZero && (isRequired || awaited.length > 0)) return true; // an error, which settles negatively
  return awaited.length > 0;
}

for (const row of rows) {
  const { responseRequired, labels, timeout } = row;
  test(`a modify with response-required ${responseRequired}, requested-acks ${labels?.join() ?? "unset"} and timeout ${timeout} is settled ${expectedByPage(row) ? "by its outcome" : "at once"}`, () => {
    const headers = {
      ...(responseRequired !== undefined && { "response-required": responseRequired }),
      ...(labels !== undefined && { "requested-acks": labels }),
      ...(timeout !== undefined && { timeout }),
    };
    expect(settlesByOutcome("twin", headers)).toBe(expectedByPage(row));
  });
}

const topic = (text: string) => parseTopic(`org.acme/lamp/things/${text}`);

test("reads of a twin are settled at once, questions to devices by their answers", () => {
  expect(acknowledgedBy(topic("twin/commands/retrieve"), {}, {})).toBeUndefined();
  expect(acknowledgedBy(topic("twin/commands/retrieve"), {}, { "live-channel-condition": "eq(a,1)" })).toBe(
    "live",
  );
  expect(acknowledgedBy(topic("live/messages/ask"), {}, {})).toBe("live");
  expect(acknowledgedBy(topic("live/messages/ask"), { status: 200 }, {})).toBeUndefined();
  expect(acknowledgedBy(topic("twin/commands/modify"), {}, { channel: "live" })).toBe("live");
  expect(acknowledgedBy(topic("live/events/modified"), {}, {})).toBeUndefined();
  expect(settlesByOutcome("live", {})).toBe(true);
  expect(settlesByOutcome("live", { "response-required": false })).toBe(false);
  expect(settlesByOutcome("live", { "response-required": "false", "requested-acks": '["some:label"]' })).toBe(
    true,
  );
  expect(settlesByOutcome("live", { "requested-acks": ["twin-persisted"] })).toBe(false);
});
