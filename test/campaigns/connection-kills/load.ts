// The load of a campaign: devices that say things at the broker, and users that change twins and wait for the broker to have it.

import { setTimeout as sleep } from "node:timers/promises";
import type { TestServer } from "../../support/server.ts";
import { CONNECTION, type Ground } from "./ground.ts";

const NAMESPACE = "org.pollux.kills";
const DEVICES = 40;
const USERS = 8;
const TOLD = `${CONNECTION}:told`;
/** How long everybody rests before the next attempt: brokers would take more than the server can. */
const REST_MS = 20;

export const deviceThings = Array.from({ length: DEVICES }, (_, i) => `${NAMESPACE}:device-${i}`);
export const userThings = Array.from({ length: USERS }, (_, i) => `${NAMESPACE}:user-${i}`);

/** A connection with all of the load. */
export const connectionTo = ({ link, source, address }: Ground): object => ({
  ...link,
  sources: [
    {
      ...{ ...source, authorizationContext: ["nginx:ditto"] },
      acknowledgementRequests: { includes: ["twin-persisted"] },
    },
  ],
  targets: [
    {
      ...{ address, qos: 1, authorizationContext: ["nginx:ditto"], topics: ["_/_/things/twin/events"] },
      issuedAcknowledgementLabel: TOLD,
    },
  ],
});

export interface Load {
  /** Numbers whose message the broker has confirmed. */
  readonly confirmed: ReadonlySet<number>;
  /** Numbers whose event was acknowledged by the target. */
  readonly acknowledged: ReadonlySet<number>;
  /** What was answered otherwise than the campaign allows for. */
  readonly surprises: readonly string[];
  /** How many messages devices have sent. */
  readonly said: number;
  /** How many changes of users were answered with which status; `none` counts those without an answer. */
  readonly answers: Readonly<Record<string, number>>;
  /** Resolves once all are at rest. */
  stop(): Promise<void>;
}

/** Each number is said once, and those of one thing ascend. `server` gives the one that lives at the moment. */
export function startLoad(ground: Ground, server: () => TestServer): Load {
  const confirmed = new Set<number>();
  const acknowledged = new Set<number>();
  const surprises: string[] = [];
  const answers: Record<string, number> = {};
  let next = 0;
  let said = 0;
  let isOver = false;

  async function device(thingId: string): Promise<void> {
    while (!isOver) {
      const number = ++next;
      said++;
      const isConfirmed = await ground.say(thingId, messageOf(thingId, number)).then(
        () => true,
        () => false,
      );
      if (isConfirmed) confirmed.add(number);
      await sleep(REST_MS);
    }
  }

  async function user(thingId: string): Promise<void> {
    while (!isOver) {
      const number = ++next;
      const status = await change(server(), thingId, number);
      answers[status ?? "none"] = (answers[status ?? "none"] ?? 0) + 1;
      if (status !== undefined && status < 300) acknowledged.add(number);
      else if (status !== undefined && !unsure.has(status))
        surprises.push(`a change that waits for the target was answered with ${status}`);
      await sleep(REST_MS);
    }
  }
  const all = [...deviceThings.map(device), ...userThings.map(user)];
  return {
    ...{ confirmed, acknowledged, surprises, answers },
    get said() {
      return said;
    },
    async stop() {
      isOver = true;
      await Promise.all(all);
    },
  };
}

/** The target has failed, or nobody was there to acknowledge in time. */
const unsure = new Set([408, 424, 500, 503]);

const messageOf = (thingId: string, number: number): string =>
  JSON.stringify({
    topic: `${thingId.replace(":", "/")}/things/twin/commands/modify`,
    headers: { "response-required": false },
    ...{ path: "/attributes/n", value: number },
  });

/** The status of the answer; `undefined` where there was none. */
async function change(server: TestServer, thingId: string, number: number): Promise<number | undefined> {
  const requested = encodeURIComponent(`["twin-persisted","${TOLD}"]`);
  try {
    const response = await server.fetch(
      `/api/2/things/${thingId}/attributes/n?requested-acks=${requested}&timeout=2s`,
      { method: "PUT", headers: { "content-type": "application/json" }, body: String(number) },
    );
    await response.arrayBuffer();
    return response.status;
  } catch {
    return undefined;
  }
}

/** The number of a message or an event of the load. */
export const numberIn = (text: string): number => (JSON.parse(text) as { value: number }).value;
