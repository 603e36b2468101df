// Devices that write, and a device that answers and acknowledges: in time, too late, twice or never.

import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { socketDoor } from "../doors.ts";
import { type Actor, below, oneOf, pause, topicOf } from "./actor.ts";
import { type Envelope, listen, openSession, say } from "./session.ts";

/** What the device declares to acknowledge. */
export const LABEL = "soak:ack";
/** How long those who ask it wait at most. */
export const PATIENCE_S = 1;

const LATE_MS = PATIENCE_S * 1_000 + 300;
const PACE_MS = 30;

/** Writes the level of one thing after another. */
export const write: Actor = async ({ server, things, tally, stop }) => {
  const door = await socketDoor(server);
  while (!stop.aborted) {
    const { status } = await door.write(oneOf(things), "level", below(1_000_000));
    tally.answer("write", status, [201, 204]);
    await pause(below(2 * PACE_MS), stop);
  }
  door.close();
};

/** Says what its things do, without writing it. */
export const tellLiveEvents: Actor = async (stage) => {
  const { things, tally, stop } = stage;
  const socket = await openSession(stage);
  if (!socket) return;
  while (!stop.aborted) {
    const topic = `${topicOf(oneOf(things))}/things/live/events/modified`;
    say(socket, { topic, headers: {}, path: "/attributes/level", value: below(1_000_000), revision: 1 });
    tally.count("live event");
    await pause(below(2 * PACE_MS), stop);
  }
  socket.close();
};

/** Answers and acknowledges until the soak ends. */
export const answer: Actor = async (stage) => {
  const { tally, stop } = stage;
  const socket = await openSession(stage, { query: `?declared-acks=${LABEL}` });
  if (!socket) return;
  listen(socket, stage, (asked) => {
    if (asked.status !== undefined || isEvent(asked)) return;
    void react(() => say(socket, answerTo(asked)), "answer", tally);
  });
  listen(socket, stage, (asked) => {
    const requested = asked.headers["requested-acks"];
    if (!Array.isArray(requested) || !requested.includes(LABEL)) return;
    void react(() => say(socket, acknowledgementOf(asked)), "acknowledgement", tally);
  });
  for (const stream of ["EVENTS", "MESSAGES", "LIVE-COMMANDS"]) say(socket, `START-SEND-${stream}`);
  if (!stop.aborted) await once(stop, "abort");
  socket.close();
};

/** Does it once and in time, mostly. */
async function react(act: () => void, what: string, tally: Parameters<Actor>[0]["tally"]): Promise<void> {
  const chance = Math.random();
  if (chance < 0.2) return tally.count(`${what} withheld`);
  if (chance < 0.3) {
    await sleep(LATE_MS);
    tally.count(`${what} given late`);
  } else if (chance < 0.4) {
    act();
    tally.count(`${what} given twice`);
  } else tally.count(`${what} given`);
  act();
}

const isEvent = ({ topic }: Envelope): boolean => topic.includes("/events/");

const answerTo = ({ topic, path, headers }: Envelope) => ({
  topic,
  path,
  headers: { "correlation-id": headers["correlation-id"], "content-type": "application/json" },
  status: 200,
  value: topic.includes("/messages/") ? "heard" : { thingId: topic.split("/").slice(0, 2).join(":") },
});

const acknowledgementOf = ({ topic, headers }: Envelope) => ({
  topic: `${topic.split("/").slice(0, 4).join("/")}/acks/${LABEL}`,
  path: "/",
  headers: { "correlation-id": headers["correlation-id"] },
  status: 200,
});
