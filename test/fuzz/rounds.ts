// Rounds of random requests and messages against a running server; fast-check shrinks what it finds.

import { Agent } from "node:http";
import fc from "fast-check";
import { send } from "../replay/send.ts";
import type { TestServer } from "../support/server.ts";
import { openSession, type Session } from "../support/socket.ts";
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
  const headers = { "x-ditto-pre-authenticated": "nginx:ditto" };
  let session = await openSession(server, headers);
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(messages, { minLength: 1, maxLength: 8 }), async (batch) => {
        if (session.socket.readyState !== session.socket.OPEN) session = await openSession(server, headers);
        for (const message of batch) session.send(message);
        const faults = (await answersTo(session)).flatMap(messageFaults);
        if (faults.length > 0) throw new Error(faults.join("\n"));
      }),
      parameters(effort),
    );
  } finally {
    await session[Symbol.asyncDispose]();
  }
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
