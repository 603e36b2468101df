// Those who ask the device: some wait for as long as they said, some hang up before.

import { type Actor, below, oneOf, pause, type Stage } from "./actor.ts";
import { LABEL, PATIENCE_S } from "./devices.ts";

interface Question {
  readonly what: string;
  readonly path: (thing: string) => string;
  readonly init: RequestInit;
  readonly expected: readonly number[];
}

const timeout = `timeout=${PATIENCE_S}s`;
const json = { "content-type": "application/json" };

const questions: readonly Question[] = [
  {
    what: "message",
    path: (thing) => `${thing}/inbox/messages/ask?${timeout}`,
    init: { method: "POST", headers: { "content-type": "text/plain" }, body: "how are you" },
    expected: [200, 408],
  },
  {
    what: "message that wants no answer",
    path: (thing) => `${thing}/outbox/messages/tell?timeout=0`,
    init: { method: "POST", headers: json, body: '{"said":true}' },
    expected: [202],
  },
  {
    what: "live retrieve",
    path: (thing) => `${thing}?channel=live&${timeout}`,
    init: {},
    expected: [200, 408],
  },
  {
    what: "retrieve that turns to the twin where the device does not answer",
    path: (thing) => `${thing}?channel=live&${timeout}&live-channel-timeout-strategy=use-twin`,
    init: {},
    expected: [200],
  },
  {
    what: "write that asks for an acknowledgement",
    path: (thing) => `${thing}/attributes/acked?requested-acks=twin-persisted,${LABEL}&${timeout}`,
    init: { method: "PUT", headers: json, body: "1" },
    expected: [200, 424],
  },
  {
    what: "message that asks for an acknowledgement",
    path: (thing) => `${thing}/inbox/messages/ask?requested-acks=live-response,${LABEL}&${timeout}`,
    init: { method: "POST", headers: json, body: '"acked"' },
    expected: [200, 408, 424],
  },
];

/** Asks one question after another. */
export const ask: Actor = async (stage) => {
  while (!stage.stop.aborted) {
    await askOnce(oneOf(questions), stage);
    await pause(below(50), stage.stop);
  }
};

async function askOnce(
  { what, path, init, expected }: Question,
  { server, things, tally, stop }: Stage,
): Promise<void> {
  const hangsUp = Math.random() < 0.1;
  const signal = hangsUp ? AbortSignal.any([stop, AbortSignal.timeout(below(200))]) : stop;
  try {
    const answer = await server.fetch(`/api/2/things/${path(oneOf(things))}`, { ...init, signal });
    tally.answer(what, answer.status, expected, await answer.text());
  } catch (error) {
    if (signal.aborted) tally.count(`${what} given up`);
    else tally.wrong(`${what} failed: ${error}`);
  }
}
