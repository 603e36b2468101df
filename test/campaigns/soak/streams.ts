// Streams that are opened, read for a while or not at all, and dropped: of changes, of messages, and of the past.

import { once } from "node:events";
import { type Actor, below, oneOf, pause, type Stage, topicOf } from "./actor.ts";
import { type Envelope, listen, openSession, say } from "./session.ts";

const paths: readonly ((thing: string) => string)[] = [
  () => "things",
  () => `things?filter=gt(attributes/level,${below(1_000_000)})&fields=thingId,attributes/level`,
  (thing) => `things?ids=${thing}&extraFields=attributes/level`,
  (thing) => `things/${thing}?fields=attributes`,
  (thing) => `things/${thing}/attributes/level`,
  (thing) => `things/${thing}/inbox/messages/ask`,
  (thing) => `things/${thing}?from-historical-revision=1`,
  (thing) => `things/${thing}?from-historical-revision=1&to-historical-revision=${1 + below(50)}`,
];

/** Server-sent events, read for up to a second, or not at all. */
export const readEvents: Actor = async (stage) => {
  const { server, tally, things, stop } = stage;
  while (!stop.aborted) {
    const dropped = new AbortController();
    const signal = AbortSignal.any([dropped.signal, stop]);
    const path = oneOf(paths)(oneOf(things));
    const headers = { accept: "text/event-stream" };
    try {
      const stream = await server.fetch(`/api/2/${path}`, { headers, signal });
      tally.answer("event stream", stream.status, [200]);
      const reading = Math.random() < 0.2 ? undefined : drain(stream, stage);
      await pause(below(1_000), signal);
      dropped.abort();
      await reading;
    } catch (error) {
      if (!signal.aborted) tally.wrong(`an event stream failed: ${error}`);
    }
    tally.count("event stream dropped");
  }
};

async function drain(stream: Response, { tally }: Stage): Promise<void> {
  try {
    for await (const _ of stream.body ?? []) tally.count("chunk of an event stream");
  } catch {
    // It is dropped.
  }
}

/** Persisted events of things by subscriptions: some are read to their end, some cancelled, some left as they are. */
export const readPast: Actor = async (stage) => {
  const { stop } = stage;
  while (!stop.aborted) {
    const socket = await openSession(stage);
    if (!socket) return;
    listen(socket, stage, (envelope) => goOn(socket, stage, envelope));
    for (let streams = 1 + below(4); streams > 0; streams--) {
      say(socket, {
        topic: `${topicOf(oneOf(stage.things))}/things/twin/streaming/subscribeForPersistedEvents`,
        headers: {},
        path: "/",
        value: { fromHistoricalRevision: 1, toHistoricalRevision: 1 + below(100) },
      });
    }
    await pause(500 + below(1_500), stop);
    socket.terminate();
    await once(socket, "close");
  }
};

function goOn(socket: Parameters<typeof say>[0], { tally }: Stage, { topic, value }: Envelope): void {
  const [, what] = /^(?:[^/]+\/){4}streaming\/(\w+)$/.exec(topic) ?? [];
  const { subscriptionId } = value as { subscriptionId: string };
  const tell = (action: string, more: object = {}) =>
    say(socket, {
      topic: topic.replace(/\w+$/, action),
      headers: {},
      path: "/",
      value: { subscriptionId, ...more },
    });
  if (what === "created") tell("request", { demand: 1 + below(20) });
  else if (what === "next") {
    const chance = Math.random();
    if (chance < 0.02) tell("cancel");
    else if (chance < 0.3) tell("request", { demand: 1 + below(20) });
  } else if (what !== "complete" && !isOver(value)) {
    tally.wrong(`a subscription for persisted events was told ${topic} ${JSON.stringify(value)}`);
    return;
  }
  tally.count(`persisted events: ${what}`);
}

/** What is asked for when the last event is on its way comes too late. */
const isOver = (value: unknown): boolean =>
  (value as { error?: { error?: unknown } }).error?.error === "streaming.subscription.protocol.error";
