// What a broker keeps for a connection that is closed, deleted, changed or rests with its server: Mosquitto, by a whole server.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newPlace } from "../../campaigns/place.ts";
import { takeSession } from "../../connectivity/mqtt/harness.ts";
import { type Mosquitto, startMosquitto } from "../../support/brokers/mosquitto.ts";
import { mqttStranger } from "../../support/connections/mqtt.ts";
import type { Stranger } from "../../support/connections/stranger.ts";
import { eventually, modifyOf, openWorld, USER, type World } from "./world.ts";

const stack = new AsyncDisposableStack();
let broker: Mosquitto;
let world: World;
beforeAll(async () => {
  broker = stack.use(await startMosquitto());
  world = stack.use(await openWorld());
}, 60_000);
afterAll(() => stack.disposeAsync());

describe.each(["mqtt", "mqtt-5"] as const)("of %s", (type) => {
  let device: Stranger;
  beforeAll(async () => {
    device = await mqttStranger(type, broker.port);
  });
  afterAll(() => device[Symbol.asyncDispose]());

  const connection = (...topics: string[]) => ({
    ...device.link,
    sources: topics.map((topic) => ({ ...device.source(topic), authorizationContext: [USER] })),
  });
  const named = (name: string) => `${name}-${type}`;

  test("nothing is kept for a connection that is deleted", async () => {
    const id = named("deleted");
    await world.operator.open(id, connection(id));

    expect((await world.operator.ask("DELETE", `/${id}`)).status).toBe(204);
    await device.say(id, "for nobody");

    expect(await takeSession(broker, id)).toBeUndefined();
  });

  test("what comes while a connection is closed is there when it is opened again", async () => {
    const id = named("closed");
    const thing = await world.aThing(id);
    await world.operator.open(id, connection(id));

    await world.operator.command(id, "closeConnection");
    await device.say(id, modifyOf(thing, "/attributes/meanwhile", 1));
    await world.operator.command(id, "openConnection");

    await eventually(async () => expect(await world.twin(`${thing}/attributes/meanwhile`)).toBe(1));
  });

  test("an address that a change takes away is kept nothing of, the others are", async () => {
    const id = named("changed");
    await world.operator.open(id, connection(`${id}/kept`, `${id}/gone`));

    await world.operator.open(id, connection(`${id}/kept`, `${id}/new`));
    await world.operator.command(id, "closeConnection");
    for (const topic of [`${id}/kept`, `${id}/gone`, `${id}/new`]) await device.say(topic, topic);

    expect(await takeSession(broker, id)).toEqual([`${id}/kept`, `${id}/new`]);
  });

  test("what comes while the server is away is there when it is started again", {
    timeout: 60_000,
  }, async () => {
    const id = named("rests");
    await using place = await newPlace("postgres");
    let thing: string;
    {
      await using first = await openWorld({ place });
      thing = await first.aThing("rests");
      await first.operator.open(id, connection(id));
    }
    await device.say(id, modifyOf(thing, "/attributes/meanwhile", 1));

    await using second = await openWorld({ place });

    await eventually(async () => expect(await second.twin(`${thing}/attributes/meanwhile`)).toBe(1));
  });
});
