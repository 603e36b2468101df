// Sessions that come, subscribe to this and that, and go in every way there is.

import { once } from "node:events";
import { WebSocket } from "ws";
import { type Actor, below, oneOf, pause } from "./actor.ts";
import { isError, listen, openSession, say } from "./session.ts";

const streams = ["EVENTS", "MESSAGES", "LIVE-COMMANDS", "LIVE-EVENTS"];

/** Hardly any two are the same, so what is kept for each must go with it. */
const selections: readonly (() => string)[] = [
  () => "",
  () => `?filter=gt(attributes/level,${below(1_000_000)})`,
  () => `?filter=and(gt(attributes/level,${below(10)}),like(thingId,"*${below(10_000)}"))`,
  () => `?namespaces=org.pollux.campaign,org.n${below(10_000)}`,
  () => `?extraFields=attributes/a${below(10_000)},attributes/level`,
  () => `?extraFields=attributes/level&filter=lt(attributes/level,${below(1_000_000)})`,
];

/** Subscribes with one selection after another, and goes politely or not. */
export const comeAndGo: Actor = async (stage) => {
  const { stop, tally } = stage;
  while (!stop.aborted) {
    const socket = await openSession(stage);
    if (!socket) return;
    listen(socket, stage, (envelope) => {
      if (isError(envelope)) tally.wrong(`a session was told ${JSON.stringify(envelope.value)}`);
      else tally.count("signal received by a session");
    });
    for (let round = below(5); round >= 0 && !stop.aborted; round--) {
      const stream = oneOf(streams);
      say(socket, `START-SEND-${stream}${oneOf(selections)()}`);
      await pause(below(600), stop);
      if (Math.random() < 0.3) say(socket, `STOP-SEND-${stream}`);
    }
    if (Math.random() < 0.5) socket.terminate();
    else socket.close();
    await pause(below(100), stop);
  }
};

/** Close code of who does not keep up. */
const TOO_SLOW = 1013;

/** Subscribes to more than it reads, until it looks whether the server has had enough of it. */
export const readNothing: Actor = async (stage) => {
  const { stop, tally } = stage;
  while (!stop.aborted) {
    const socket = await openSession(stage, { expected: [1006, TOO_SLOW] });
    if (!socket) return;
    say(socket, "START-SEND-EVENTS?extraFields=attributes/ballast");
    await once(socket, "message");
    socket.pause();
    await pause(1_000 + below(9_000), stop);
    socket.resume();
    await Promise.race([once(socket, "close"), pause(1_000, stop)]);
    if (socket.readyState === WebSocket.CLOSED)
      tally.count("session that did not read was ended by the server");
    else socket.terminate();
  }
};
