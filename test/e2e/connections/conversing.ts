// What holds of every transport that both reads and writes: a device at a broker converses with its twin.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { StorageKind } from "../../campaigns/place.ts";
import type { Heard, Stranger } from "../../support/connections/stranger.ts";
import { eventually, modifyOf, NAMESPACE, openWorld, USER, type World } from "./world.ts";

export interface Broker extends AsyncDisposable {
  readonly port: number;
  /** Absent where what a broker knows does not outlive it. */
  stop?(): Promise<void>;
  start?(): Promise<void>;
}

export interface Transport {
  readonly name: string;
  /** Part of the IDs of its connection and things. */
  readonly slug: string;
  startBroker(): Promise<Broker>;
  meet(broker: Broker): Promise<Stranger>;
  /** Whether its broker can come back with what it knew. */
  readonly heals: boolean;
}

const SCRIPT = `
function mapToDittoProtocolMsg(headers, textPayload, bytePayload, contentType) {
  const { device, degrees } = JSON.parse(textPayload);
  return Ditto.buildDittoProtocolMsg("${NAMESPACE}", device, "things", "twin", "commands", "modify",
    "/attributes/degrees", { "response-required": false }, degrees);
}
function mapFromDittoProtocolMsg(namespace, name, group, channel, criterion, action, path, dittoHeaders, value) {
  return Ditto.buildExternalMsg({}, name + " has " + path + " " + value, null, "text/plain");
}`;

/** A connection with everything that these tests look at. */
const bridge = ({ link, source, address, targetQos }: Stranger, id: string): object => {
  const authorizationContext = [USER];
  const target = { qos: targetQos, authorizationContext };
  return {
    ...link,
    mappingDefinitions: {
      plain: { mappingEngine: "JavaScript", options: { incomingScript: SCRIPT, outgoingScript: SCRIPT } },
    },
    sources: [
      {
        ...{ ...source("in"), authorizationContext },
        acknowledgementRequests: { includes: ["twin-persisted"] },
        replyTarget: { enabled: true, address: address("replies") },
      },
      { ...source("plain"), authorizationContext, payloadMapping: ["plain"] },
    ],
    targets: [
      {
        ...{ ...target, address: address("events"), topics: ["_/_/things/twin/events"] },
        issuedAcknowledgementLabel: `${id}:told`,
      },
      {
        ...{ ...target, address: address("plain-events"), payloadMapping: ["plain"] },
        topics: ["_/_/things/twin/events?filter=exists(attributes/plain)"],
      },
      { ...target, address: address("questions"), topics: ["_/_/things/live/messages"] },
    ],
  };
};

const bodies = (heard: readonly Heard[]) => heard.map(({ text }) => JSON.parse(text));

/** Defines the tests of transports, which share a server. */
export function describeConversing(
  transports: readonly Transport[],
  storage: StorageKind = "postgres",
): void {
  let world: World;
  beforeAll(async () => {
    world = await openWorld({ storage });
  }, 60_000);
  afterAll(() => world[Symbol.asyncDispose]());

  describe.each(transports)("over $name", ({ slug, startBroker, meet, heals }) => {
    const id = `bridge-${slug}`;
    const aThing = (name: string) => world.aThing(`${slug}-${name}`);
    const stack = new AsyncDisposableStack();
    let broker: Broker;
    let device: Stranger;

    beforeAll(async () => {
      broker = stack.use(await startBroker());
      device = stack.use(await meet(broker));
      await world.operator.open(id, bridge(device, id));
    }, 120_000);

    afterAll(() => stack.disposeAsync());

    test("what a device says in the Ditto Protocol changes its twin", async () => {
      const thing = await aThing("said");

      await device.say("in", modifyOf(thing, "/attributes/on", true));

      await eventually(async () => expect(await world.twin(`${thing}/attributes/on`)).toBe(true));
    });

    test("what a device says in its own words changes its twin by a script", async () => {
      const thing = await aThing("plain");

      await device.say("plain", { device: `${slug}-plain`, degrees: 21 });

      await eventually(async () => expect(await world.twin(`${thing}/attributes/degrees`)).toBe(21));
    });

    test("a command is answered where replies go to", async () => {
      const thing = await aThing("answered");
      const replies = await device.hear("replies");

      await device.say("in", modifyOf(thing, "/attributes/on", true, { "correlation-id": "asked-1" }));
      await device.say("in", modifyOf(thing, "/policyId", "no id", { "correlation-id": "asked-2" }));

      await eventually(() => {
        const known = bodies(replies).map(({ headers, status }) => [headers["correlation-id"], status]);
        expect(known).toContainEqual(["asked-1", 201]);
        expect(known).toContainEqual(["asked-2", 400]);
      });
    });

    test("an event reaches the broker, in the Ditto Protocol and in the words of a script", async () => {
      const thing = await aThing("told");
      const [events, plain] = [await device.hear("events"), await device.hear("plain-events")];

      await world.write(`${thing}/attributes/plain`, 7);

      await eventually(() => {
        const found = bodies(events).find(({ path }) => path === "/attributes/plain");
        expect(found).toMatchObject({
          topic: `${NAMESPACE}/${slug}-told/things/twin/events/created`,
          value: 7,
          revision: 2,
        });
        expect(plain.map(({ text }) => text)).toContain(`${slug}-told has /attributes/plain 7`);
      });
    });

    test("who changes a twin can wait until the broker has its event", async () => {
      const thing = await aThing("awaited");
      const events = await device.hear("events");

      const response = await world.write(`${thing}/attributes/sure`, 1, {
        "requested-acks": `["twin-persisted","${id}:told"]`,
        timeout: "10s",
      });

      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({
        "twin-persisted": { status: 201 },
        [`${id}:told`]: { status: expect.toSatisfy((status: number) => status < 300) },
      });
      await eventually(() => expect(bodies(events).map(({ path }) => path)).toContain("/attributes/sure"));
    });

    test("a device at the broker answers what its twin is asked over HTTP", async () => {
      const thing = await aThing("asked");
      const questions = await device.hear("questions");

      const answer = world.ask(thing, "time", "What time is it?");
      const { topic, path, headers } = await eventually(() => bodies(questions)[0] ?? Promise.reject());
      await device.say("in", {
        ...{ topic, path, status: 200, value: "Ten past four." },
        headers: { "correlation-id": headers["correlation-id"], "content-type": "text/plain" },
      });

      expect(await answer).toEqual({ status: 200, text: "Ten past four." });
    });

    test("a message that nobody understands is noted, and the next one works", async () => {
      const thing = await aThing("unharmed");
      await world.operator.command(id, "resetConnectionLogs");

      await device.say("plain", "{ this is no JSON");
      await device.say("in", "nor is this");
      await device.say("plain", { device: `${slug}-unharmed`, degrees: 3 });
      await device.say("in", modifyOf(thing, "/attributes/on", true));

      await eventually(async () =>
        expect(await world.twin(`${thing}/attributes`)).toEqual({ degrees: 3, on: true }),
      );
      const failures = (await world.operator.logs(id)).filter(({ level }) => level === "failure");
      expect(failures.filter(({ type }) => type === "mapped").map(({ category }) => category)).toEqual([
        "source",
        "source",
      ]);
    });

    if (heals)
      test("a broker that comes back is connected to again, in both directions", {
        timeout: 90_000,
      }, async () => {
        const thing = await aThing("healed");
        await broker.stop?.();
        await eventually(async () => expect((await world.operator.status(id)).liveStatus).not.toBe("open"));
        await broker.start?.();
        await world.operator.untilOpen(id);
        const events = await device.hear("events");

        await device.say("in", modifyOf(thing, "/attributes/on", true));
        await eventually(async () => expect(await world.twin(`${thing}/attributes/on`)).toBe(true));
        const response = await world.write(`${thing}/attributes/off`, 1, {
          "requested-acks": `["${id}:told"]`,
          timeout: "10s",
        });

        expect(response.status).toBeLessThan(300);
        await eventually(() => expect(bodies(events).map(({ path }) => path)).toContain("/attributes/off"));
      });
  });
}
