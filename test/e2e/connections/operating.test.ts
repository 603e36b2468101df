// What operators do with connections, at a whole server with a broker: Mosquitto, where the transport makes no difference.

import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newPlace } from "../../campaigns/place.ts";
import { startMosquitto } from "../../support/brokers/mosquitto.ts";
import { startNats } from "../../support/brokers/nats.ts";
import { mqttStranger } from "../../support/connections/mqtt.ts";
import type { Heard, Stranger } from "../../support/connections/stranger.ts";
import { eventually, modifyOf, openWorld, USER, type World } from "./world.ts";

const stack = new AsyncDisposableStack();
let world: World;
let device: Stranger;

beforeAll(async () => {
  const broker = stack.use(await startMosquitto());
  device = stack.use(await mqttStranger("mqtt", broker.port));
  world = stack.use(await openWorld());
}, 60_000);
afterAll(() => stack.disposeAsync());

const bodies = (heard: readonly Heard[]) => heard.map(({ text }) => JSON.parse(text));
const who = { authorizationContext: [USER] };
const sourceOf = (topic: string, more = {}) => ({ ...device.source(topic), ...who, ...more });
const targetOf = (address: string, topics: readonly string[], more = {}) => ({
  ...{ address, topics, qos: 1, ...who },
  ...more,
});

describe("commands", () => {
  test("close a connection, open it again, and delete it", async () => {
    const { operator } = world;
    const thing = await world.aThing("commanded");
    const say = (value: number) => device.say("commanded", modifyOf(thing, "/attributes/n", value));
    await operator.open("commanded", { ...device.link, sources: [sourceOf("commanded")] });

    await operator.command("commanded", "closeConnection");
    expect(await operator.status("commanded")).toMatchObject({
      connectionStatus: "closed",
      liveStatus: "closed",
    });
    await say(1);
    await sleep(100);
    expect(await world.twin(`${thing}/attributes`)).toBeUndefined();

    await operator.command("commanded", "openConnection");
    await operator.untilOpen("commanded");
    await say(2);
    await eventually(async () => expect(await world.twin(`${thing}/attributes/n`)).toBe(2));

    expect((await operator.ask("DELETE", "/commanded")).status).toBe(204);
    expect((await operator.ask("GET", "/commanded")).status).toBe(404);
    await say(3);
    await sleep(100);
    expect(await world.twin(`${thing}/attributes/n`)).toBe(2);
  });
});

describe("credentials", () => {
  const SECRET = "pa55-w0rd";
  const brokers = [
    {
      type: "mqtt",
      start: () => startMosquitto({ user: { name: "bridge", password: SECRET } }),
      scheme: "tcp",
    },
    {
      type: "nats",
      start: () => startNats({ authorization: `user: bridge, password: "${SECRET}"` }),
      scheme: "nats",
    },
  ] as const;

  test.each(brokers)(
    "of $type that are wrong show in status and logs, and no secret shows anywhere; then the right ones help",
    async ({ type, start, scheme }) => {
      await using broker = await start();
      const { operator, server } = world;
      const id = `secret-${type}`;
      const WRONG = "wr0ng-w0rd";
      const connection = (password: string, connectionStatus: string) => ({
        ...{
          connectionType: type,
          connectionStatus,
          uri: `${scheme}://bridge:${password}@127.0.0.1:${broker.port}`,
        },
        targets: [targetOf("out", ["_/_/things/twin/events"])],
      });

      await operator.ask("PUT", `/${id}`, connection(WRONG, "open"));
      const status = await eventually(async () => {
        const told = await operator.status(id);
        expect(told.liveStatus).toBe("misconfigured");
        return told;
      });
      const logs = await operator.logs(id);
      expect(logs.filter(({ level }) => level === "failure").map(({ category }) => category)).toContain(
        "connection",
      );

      await operator.open(id, connection(SECRET, "open"));
      const metrics = await operator.ask("GET", `/${id}/metrics`);
      const exposed = await operator.read("/metrics");
      expect(metrics.status).toBe(200);
      expect(exposed.status).toBe(200);
      const everything = [status, logs, await operator.logs(id), metrics.text, exposed.text];
      const texts = [...everything, server.stdout(), server.stderr()].map((part) => JSON.stringify(part));
      for (const text of texts) {
        expect(text).not.toContain(SECRET);
        expect(text).not.toContain(WRONG);
      }
      expect((await operator.ask("DELETE", `/${id}`)).status).toBe(204);
    },
  );
});

test("a server that is started again opens what is to be open, and only that", {
  timeout: 60_000,
}, async () => {
  await using place = await newPlace("postgres");
  const connection = (topic: string) => ({ ...device.link, sources: [sourceOf(topic)] });
  let thing: string;
  {
    await using first = await openWorld({ place });
    thing = await first.aThing("restarted");
    await first.operator.open("kept", connection("kept"));
    await first.operator.open("shut", connection("shut"));
    await first.operator.command("shut", "closeConnection");
  }

  await using second = await openWorld({ place });
  await second.operator.untilOpen("kept");

  await device.say("shut", modifyOf(thing, "/attributes/shut", 1));
  await device.say("kept", modifyOf(thing, "/attributes/kept", 1));
  await eventually(async () => expect(await second.twin(`${thing}/attributes`)).toEqual({ kept: 1 }));
  expect((await second.operator.status("shut")).liveStatus).toBe("closed");
});

test("answers are diverted to another connection", async () => {
  const { operator } = world;
  const thing = await world.aThing("diverted");
  await operator.open("takes", {
    ...device.link,
    specificConfig: { "is-diversion-target": "true", "authorized-connections-as-sources": "asks" },
    targets: [targetOf("diverted-to", [])],
  });
  await operator.open("asks", {
    ...device.link,
    specificConfig: { "is-diversion-source": "true" },
    sources: [
      sourceOf("asks", {
        replyTarget: { enabled: true, address: "asks/replies" },
        headerMapping: { "divert-response-to-connection": "takes" },
      }),
    ],
  });
  const [diverted, straight] = [await device.hear("diverted-to"), await device.hear("asks/replies")];

  await device.say("asks", modifyOf(thing, "/attributes/n", 1, { "correlation-id": "far" }));

  await eventually(() =>
    expect(bodies(diverted)).toMatchObject([
      { status: 201, headers: { "correlation-id": "far", "diverted-response-from-connection": "asks" } },
    ]),
  );
  expect(straight).toEqual([]);
});

describe("announcements", () => {
  test("of a connection tell that it is opened, and that it is about to be closed", async () => {
    const heard = await device.hear("lifecycle");
    await world.operator.open("announces", {
      ...device.link,
      targets: [targetOf("lifecycle", ["_/_/connections/announcements"])],
    });
    await world.operator.command("announces", "closeConnection");

    await eventually(() =>
      expect(bodies(heard)).toMatchObject([
        { topic: "_/announces/connections/announcements/opened", value: { openedAt: expect.any(String) } },
        { topic: "_/announces/connections/announcements/closed", value: { closedAt: expect.any(String) } },
      ]),
    );
  });

  test("of a policy reach the subject that is about to be deleted", async () => {
    const { server, operator } = world;
    const subject = "integration:leaving";
    const heard = await device.hear("leaving");
    await operator.open("leaving", {
      ...device.link,
      targets: [targetOf("leaving", ["_/_/policies/announcements"], { authorizationContext: [subject] })],
    });
    const all = { grant: ["READ", "WRITE"], revoke: [] };
    const policy = {
      entries: {
        owner: { subjects: { [USER]: { type: "test" } }, resources: { "policy:/": all, "thing:/": all } },
        guest: {
          subjects: { [subject]: { type: "test", announcement: { whenDeleted: true } } },
          resources: { "thing:/": { grant: ["READ"], revoke: [] } },
        },
      },
    };
    const path = "/api/2/policies/org.pollux.bridge:leaving";
    const headers = { "content-type": "application/json" };
    expect((await server.fetch(path, { method: "PUT", headers, body: JSON.stringify(policy) })).status).toBe(
      201,
    );

    await server.fetch(`${path}/entries/guest/subjects/${encodeURIComponent(subject)}`, { method: "DELETE" });

    await eventually(() =>
      expect(bodies(heard)).toMatchObject([
        {
          topic: "org.pollux.bridge/leaving/policies/announcements/subjectDeletion",
          value: { subjectIds: [subject] },
        },
      ]),
    );
  });
});

test("what a connection was is there to be read again", async () => {
  const { operator } = world;
  const named = (name: string) => ({
    ...device.link,
    name,
    connectionStatus: "closed",
    sources: [sourceOf("past")],
  });
  await operator.ask("PUT", "/past", named("first"));
  await operator.ask("PUT", "/past", named("second"));
  const past = (header: string, value: string) =>
    operator.ask("GET", `/past?${header}=${encodeURIComponent(value)}`);

  expect((await past("at-historical-revision", "1")).json.name).toBe("first");
  expect((await past("at-historical-revision", "2")).json.name).toBe("second");
  expect((await past("at-historical-timestamp", new Date().toISOString())).json.name).toBe("second");
  expect((await past("at-historical-timestamp", "2020-01-01T00:00:00Z")).status).toBe(404);
  expect((await past("at-historical-revision", "9")).status).toBe(404);
});

test("a connection that is modified while messages flow loses none", { timeout: 60_000 }, async () => {
  const { operator } = world;
  const MESSAGES = 2_000;
  const things = await Promise.all([0, 1, 2, 3].map((i) => world.aThing(`modified-${i}`)));
  const connection = (name: string) => ({
    ...{ ...device.link, name, specificConfig: { cleanSession: "false" } },
    sources: [sourceOf("flow", { acknowledgementRequests: { includes: ["twin-persisted"] } })],
  });
  await operator.open("modified", connection("first"));

  const flow = (async () => {
    for (let n = 1; n <= MESSAGES; n++) {
      const thing = things[n % things.length] as string;
      await device.say("flow", modifyOf(thing, `/attributes/n${n}`, n, { "response-required": false }));
    }
  })();
  for (const name of ["second", "third", "fourth"]) {
    await sleep(100);
    await operator.open("modified", connection(name));
  }
  await flow;

  await eventually(async () => {
    const attributes = await Promise.all(things.map((id) => world.twin(`${id}/attributes`)));
    expect(attributes.flatMap((one) => Object.keys(one ?? {}))).toHaveLength(MESSAGES);
  });
});
