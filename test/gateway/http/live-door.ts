// The HTTP door alone, in front of a live channel that a test plays.

import { createServer } from "node:http";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import type { Waiter } from "../../../src/dispatch/acks/ack-wait.ts";
import type { AwaitedAcks } from "../../../src/dispatch/acks/awaited.ts";
import type { Live, LiveOutcome } from "../../../src/dispatch/live/live.ts";
import { policyRules } from "../../../src/dispatch/policy-rules.ts";
import { thingRules } from "../../../src/dispatch/thing-rules.ts";
import { type HttpParts, httpApp } from "../../../src/gateway/http/app.ts";
import { delivered } from "../../../src/gateway/sse/taken-over.ts";
import type { LiveAnswer, LiveSignal } from "../../../src/signals/live.ts";
import type { Command } from "../../../src/signals/signal.ts";
import { closeOnLoopback, listenOnLoopback } from "../../support/loopback.ts";
import { waitingOfOne } from "../../support/waiting.ts";

/** What was asked of the live channel, or of the twin. */
export interface Asked {
  readonly signal: LiveSignal;
  readonly awaited: AwaitedAcks;
  readonly waiter: Waiter;
}

export interface LiveDoor extends AsyncDisposable {
  /** What was sent, in order. */
  readonly asked: Asked[];
  readonly smart: Command[];
  readonly answers: LiveAnswer[];
  readonly commands: Command[];
  readonly faults: unknown[];
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

/** What becomes of a signal; what is thrown refuses it. */
export type Play = (signal: LiveSignal | Command) => LiveOutcome;

/** Opens a door that lets everybody in as `nginx:ditto`; the twin answers 204. */
export async function openLiveDoor(play: Play, more: Partial<HttpParts> = {}): Promise<LiveDoor> {
  const asked: Asked[] = [];
  const smart: Command[] = [];
  const answers: LiveAnswer[] = [];
  const commands: Command[] = [];
  const faults: unknown[] = [];
  const live: Live = {
    async send(signal, awaited, waiter) {
      asked.push({ signal, awaited, waiter });
      return play(signal);
    },
    async retrieveSmart(command) {
      smart.push(command);
      return play(command);
    },
    answer: (answer) => answers.push(answer),
  };
  const routes = { maxRequestBytes: 10_000, acceptedMediaTypes: [], waiting: waitingOfOne() };
  const parts: Partial<HttpParts> = {
    authenticate: () => ({ subjects: ["nginx:ditto"] }),
    asksForBasic: true,
    ignoresPreAuthentication: false,
    maxHeaderBytes: 5_120,
    maxSubjects: 10,
    things: { rules: thingRules(10_000), base: "/api/2/things", ...routes },
    policies: { rules: policyRules(10_000, () => undefined), base: "/api/2/policies", ...routes },
    defaultNamespace: "org.default",
    searches: { maxRequestBytes: 10_000 } as HttpParts["searches"],
    live,
    maxMessageBytes: 1_000,
    dispatch: async (command) => {
      commands.push(command);
      return { status: 204, revision: 3 };
    },
    onFault: (error) => faults.push(error),
    ...more,
  };
  const app = httpApp(parts as HttpParts);
  const answer = async (request: Request, env: HttpBindings) =>
    delivered(await app.fetch(request, env), env.outgoing as never);
  const server = createServer(getRequestListener(answer as never));
  const address = await listenOnLoopback(server);
  return {
    asked,
    smart,
    answers,
    commands,
    faults,
    fetch: (path, init) => fetch(`http://${address}${path}`, init),
    [Symbol.asyncDispose]: () => closeOnLoopback(server),
  };
}

/** The headers of an answer that are not of the transport. */
export function toldIn({ headers }: Response): Record<string, string> {
  const ignored = ["connection", "content-length", "date", "keep-alive", "transfer-encoding"];
  return Object.fromEntries([...headers].filter(([name]) => !ignored.includes(name)));
}
