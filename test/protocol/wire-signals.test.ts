import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/base/json/json.ts";
import { parseStored } from "../../src/base/json/parse.ts";
import {
  eventOfJson,
  liveAnswerOfJson,
  liveJson,
  liveSignalOfJson,
  plainJson,
  stateOfJson,
} from "../../src/protocol/wire-signals.ts";
import type { LiveAnswer, LiveSignal, Payload } from "../../src/signals/live.ts";
import type { EntityEvent, EntityState } from "../../src/signals/signal.ts";

const sent = (json: JsonObject) => parseStored(JSON.stringify(json));
const value = parseStored('{"big":9007199254740993,"__proto__":{"a":1},"none":null}');

test("an event comes as it was, with its numbers and keys", () => {
  const event: EntityEvent = {
    ...{ kind: "thing", id: "org.acme:lamp", action: "merged", path: ["attributes", "a/b"], value },
    ...{ revision: 7, timestamp: 5, originator: "t:me", headers: { "correlation-id": "c" } },
  };
  const got = eventOfJson(sent(plainJson(event)));
  expect(JSON.stringify(got)).toBe(JSON.stringify(event));
});

test("a state comes as it was, also where there is no value any more", () => {
  const state: EntityState = { value: undefined, revision: 2, created: 1, modified: 3 };
  expect(stateOfJson(sent(plainJson(state)))).toEqual(state);
  const living = { ...state, value: value as JsonObject };
  expect(JSON.stringify(stateOfJson(sent(plainJson(living))))).toBe(JSON.stringify(living));
});

describe("a live signal", () => {
  const payloads: readonly Payload[] = [
    { is: "bytes", bytes: Buffer.from([0, 1, 254, 255]) },
    { is: "text", text: "line\nline" },
    { is: "json", value: value as JsonObject },
  ];
  const said = {
    id: "org.acme:lamp",
    direction: "to",
    subject: "ask",
    headers: { "content-type": "x/y" },
  } as const;
  const auth = { subjects: ["t:me"], token: { claims: { secret: 1 }, expiresAt: 1 } };

  test.each(payloads)("and its answer come with a payload that is $is, and without the token", (payload) => {
    const message: LiveSignal = { ...said, says: "message", auth, payload };
    const answer: LiveAnswer = { ...said, says: "message-response", auth, payload, status: 200 };
    const bare = { auth: { subjects: ["t:me"] } };
    expect(liveSignalOfJson(sent(liveJson(message)))).toEqual({ ...message, ...bare });
    expect(liveAnswerOfJson(sent(liveJson(answer)))).toEqual({ ...answer, ...bare });
  });

  test("without a payload comes so", () => {
    const command: LiveSignal = {
      ...{ says: "live-command", kind: "thing", id: "org.acme:lamp", action: "retrieve", path: ["features"] },
      ...{ fields: [["a"]], headers: {}, auth: { subjects: ["t:me"] } },
    };
    expect(liveSignalOfJson(sent(liveJson(command)))).toEqual(command);
  });
});
