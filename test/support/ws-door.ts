// The WebSocket door alone, with stand-ins for what is behind it.

import { createServer } from "node:http";
import { policyRules } from "../../src/dispatch/policy-rules.ts";
import type { ThingList } from "../../src/dispatch/thing-list.ts";
import { thingRules } from "../../src/dispatch/thing-rules.ts";
import { authenticationFailed } from "../../src/gateway/auth/errors.ts";
import { boundUnderWay, type UnderWay } from "../../src/gateway/throttling/under-way.ts";
import { openWebSocketDoor, type WebSocketParts } from "../../src/gateway/ws/door.ts";
import { type AnnouncementBus, localAnnouncements } from "../../src/pubsub/announcements.ts";
import { localDeclaredAcks } from "../../src/pubsub/declared-acks.ts";
import { localPubsub, type Pubsub } from "../../src/pubsub/pubsub.ts";
import type { Search } from "../../src/search/search.ts";
import type { IncomingAck } from "../../src/signals/incoming-ack.ts";
import type { LiveAnswer, LiveSignal } from "../../src/signals/live.ts";
import type { Command } from "../../src/signals/signal.ts";
import { listenOnLoopback } from "./loopback.ts";
import { waitingOfOne } from "./waiting.ts";

export interface TestDoor extends AsyncDisposable {
  readonly wsUrl: string;
  readonly pubsub: Pubsub;
  readonly announcements: AnnouncementBus;
  /** What came, in order. */
  readonly commands: Command[];
  readonly signals: LiveSignal[];
  readonly answers: LiveAnswer[];
  readonly acks: IncomingAck[];
  readonly faults: unknown[];
}

/** Opens a door that lets everybody in as `nginx:ditto`, and whose commands are answered with 204, unless told otherwise. */
export async function openDoor(parts: Partial<WebSocketParts> = {}, underWay?: UnderWay): Promise<TestDoor> {
  const commands: Command[] = [];
  const signals: LiveSignal[] = [];
  const answers: LiveAnswer[] = [];
  const acks: IncomingAck[] = [];
  const faults: unknown[] = [];
  const pubsub = localPubsub();
  const announcements = localAnnouncements();
  const server = createServer();
  if (underWay) boundUnderWay(server, underWay);
  const address = await listenOnLoopback(server);
  const close = openWebSocketDoor(server, {
    authenticate: () => ({ subjects: ["nginx:ditto"] }),
    asksForBasic: true,
    ignoresPreAuthentication: false,
    verifyToken: () => {
      throw authenticationFailed();
    },
    dispatch: async (command) => {
      commands.push(command);
      return { status: 204 };
    },
    live: {
      send: async (signal) => {
        signals.push(signal);
        return { is: "accepted" };
      },
      retrieveSmart: async () => ({ is: "accepted" }),
      answer: (answer) => answers.push(answer),
    },
    list: {} as ThingList,
    checkPermissions: async () => ({}),
    pubsub,
    announcements,
    declaredAcks: localDeclaredAcks(),
    onAck: (ack) => acks.push(ack),
    rules: { thing: thingRules(1_000), policy: policyRules(1_000, () => undefined) },
    waiting: waitingOfOne(),
    search: {} as Search,
    searchIdleMs: 60_000,
    openPast: () => Promise.reject(new Error("there is no past here")),
    enter: (_, within) => within(),
    maxMessageBytes: 250_000,
    maxHeaderBytes: 5_120,
    maxSubjects: 10,
    maxInWork: 10,
    maxBuffered: 1_000_000,
    maxFrameBytes: 1_000_000,
    heartbeatMs: 60_000,
    onFault: (error) => faults.push(error),
    ...parts,
  });
  return {
    wsUrl: `ws://${address}`,
    pubsub,
    announcements,
    commands,
    signals,
    answers,
    acks,
    faults,
    async [Symbol.asyncDispose]() {
      await close(0);
      server.close();
    },
  };
}
