// Rounds of random requests and messages against a running server; fast-check shrinks what it finds.

import { Agent } from "node:http";
import fc from "fast-check";
import { send } from "../replay/send.ts";
import type { TestServer } from "../support/server.ts";
import { openSession, type Session } from "../support/socket.ts";
import { theThing } from "./live.ts";
import { messages } from "./messages.ts";
import { requests } from "./requests.ts";
import { faultsOf, messageFaults } from "./verdict.ts";

export interface Effort {
  readonly runs: number;
  readonly seed?: number;
  /** Ends the round early; what was found until then counts. */
  readonly withinMs?: number;
}

const parameters = ({ runs, seed, withinMs }: Effort): fc.Parameters<unknown> => ({
  numRuns: runs,
  ...(seed !== undefined && { seed }),
  ...(withinMs !== undefined && { interruptAfterTimeLimit: withinMs }),
});

/** Asks random requests, one after another; throws with the smallest that is answered wrongly. */
export async function requestRound(server: TestServer, effort: Effort): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        const faults = faultsOf(await send(server.url, request, agent), request);
        if (faults.length > 0) throw new Error(faults.join("\n"));
      }),
      parameters(effort),
    );
  } finally {
    agent.destroy();
  }
}

/** Sends random messages in batches; throws with the smallest batch that is answered wrongly, or not at all. */
export async function messageRound(server: TestServer, effort: Effort): Promise<void> {
  const headers = { "x-ditto-pre-authenticated": "nginx:ditto", "declared-acks": '["my-ack"]' };
  let session = await openSession(server, headers);
  const listeners = await Promise.all(["nginx:ditto", "nginx:partial"].map((who) => listener(server, who)));
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(messages, { minLength: 1, maxLength: 8 }), async (batch) => {
        if (session.socket.readyState !== session.socket.OPEN) session = await openSession(server, headers);
        for (const message of [theThing, ...batch]) session.send(message);
        const heard = listeners.flatMap(({ inbox }) => inbox.splice(0));
        const faults = [...(await answersTo(session)), ...heard].flatMap(messageFaults);
        if (listeners.some(({ socket }) => socket.readyState !== socket.OPEN))
          faults.push("a listener is gone");
        if (faults.length > 0) throw new Error(faults.join("\n"));
      }),
      parameters(effort),
    );
  } finally {
    for (const one of [session, ...listeners]) await one[Symbol.asyncDispose]();
  }
}

/** A session that hears of everything that it may, with all that a subscription can have. */
async function listener(server: TestServer, subject: string): Promise<Session> {
  const session = await openSession(server, { "x-ditto-pre-authenticated": subject });
  const wish = new URLSearchParams({
    filter:
      'not(and(exists(_metadata/b),like(attributes/a,"*x*"),eq(features/a/properties/b,1),gt(_modified,1)))',
    extraFields: "attributes,features/*/properties,_metadata,_revision,features/{{ feature:id }}/definition",
  });
  for (const stream of ["EVENTS", "MESSAGES", "LIVE-COMMANDS", "LIVE-EVENTS"]) {
    session.send(`START-SEND-${stream}?${wish}`);
    await session.next();
  }
  return session;
}

let marks = 0;

/** What comes until a command sent last of all is answered; acknowledgements are told apart from messages. */
async function answersTo(session: Session): Promise<string[]> {
  const mark = `mark-${++marks}`;
  session.send({
    topic: "org.fuzz/mark/things/twin/commands/retrieve",
    headers: { "correlation-id": mark },
    path: "/",
  });
  const answers: string[] = [];
  for (;;) {
    const text = await session.next(5_000);
    if (text.includes(`"${mark}"`)) return answers;
    if (!/^[A-Z-]+:ACK$/.test(text)) answers.push(text);
  }
}
