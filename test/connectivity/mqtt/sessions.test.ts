// What stays at the broker of a client that is gone.

import { afterAll, assert, beforeAll, describe, test } from "vitest";
import type { Successor } from "../../../src/connectivity/connectors/connector.ts";
import { type Mosquitto, startMosquitto } from "../../support/brokers/mosquitto.ts";
import { accept } from "../harness.ts";
import {
  type BenchOptions,
  bench,
  connection,
  openBench,
  source,
  stranger,
  takeSession,
  versions,
} from "./harness.ts";

let broker: Mosquitto;
beforeAll(async () => {
  broker = await startMosquitto();
});
afterAll(() => broker[Symbol.asyncDispose]());

describe.each(versions)("of %s", (connectionType) => {
  const named = (name: string, more: BenchOptions = {}) => ({ connectionType, id: name, ...more });
  const idOf = (name: string) => `${name}-${connectionType}`;
  /** The connection of a bench as it is after a change. */
  const changed = (name: string, more: BenchOptions): Successor =>
    connection({ ...named(name, more), id: idOf(name) });

  /** Connects, and leaves so many messages with the broker that nobody has settled. */
  async function withBacklog(name: string, more: BenchOptions = {}) {
    const made = await openBench(broker, named(name, { sources: [source([`${name}/#`])], ...more }));
    await using from = await stranger(broker);
    for (const text of ["1", "2"]) await from.publishAsync(`${name}/a`, text, { qos: 1 });
    await made.until(2);
    return made;
  }

  test("a deleted connection leaves no session, whatever was in it", async () => {
    const made = await withBacklog("deleted", { specificConfig: { separatePublisherClient: "true" } });

    await made.connector.drain();
    await made.connector.close("none");

    assert.isUndefined(await takeSession(broker, idOf("deleted")));
    assert.isUndefined(await takeSession(broker, `${idOf("deleted")}p`));
    assert.deepEqual(made.logs, []);
  });

  test.each([
    ["rests", () => undefined],
    ["is closed, or opened again as it is", changed],
  ] as const)("a connection that %s finds everything again", async (name, successorOf) => {
    const options = { sources: [source([`${name}/#`])] };
    const made = await withBacklog(name);
    await made.connector.drain();
    await made.connector.close(successorOf(name, options));
    await using from = await stranger(broker);
    await from.publishAsync(`${name}/a`, "meanwhile", { qos: 1 });

    await using again = await openBench(broker, named(name, options));
    again.onReceived = accept;
    await again.until(3);

    assert.deepEqual(again.texts(), ["1", "2", "meanwhile"]);
  });

  test("a changed connection is sent no more what it does not subscribe to any longer", async () => {
    const before = [source(["both/old", "both/kept"]), source(["both/old/too"])];
    const successor = changed("both", { sources: [source(["both/kept", "both/new"])] });
    const made = await openBench(broker, named("both", { sources: before }));
    await made.connector.close(successor);
    await using from = await stranger(broker);
    for (const topic of ["both/old", "both/old/too", "both/kept"])
      await from.publishAsync(topic, topic, { qos: 1 });

    assert.deepEqual(await takeSession(broker, idOf("both")), ["both/kept"]);
  });

  test.each<[what: string, more: BenchOptions]>([
    ["another client ID", { specificConfig: { clientId: "somebody else" } }],
    ["another transport", { connectionType: "nats" }],
  ])("a session ends where its connection goes on with %s", async (_, more) => {
    const made = await withBacklog("moved");

    await made.connector.close(changed("moved", more));

    assert.isUndefined(await takeSession(broker, idOf("moved")));
  });

  test("the session of a connection that is lost stays, also when it is deleted then", async () => {
    await using own = await startMosquitto({ persistence: "stopped" });
    const made = await openBench(own, named("lost"));
    await own.stop();
    await own.start();

    await made.connector.close("none");

    assert.deepEqual(await takeSession(own, idOf("lost")), []);
  });

  test("a test leaves no session, and the one that is there already as it is", async () => {
    const tested = bench(broker, named("tested", { isTest: true }));
    await tested.connector.open();
    await tested.connector.close();
    assert.isUndefined(await takeSession(broker, idOf("tested")));

    await (await withBacklog("tested")).connector.close();
    const again = bench(broker, named("tested", { isTest: true }));
    await again.connector.open();
    await again.connector.close();
    assert.deepEqual(await takeSession(broker, idOf("tested")), ["1", "2"]);
  });
});

test("of MQTT 5, clients that a smaller connection does not have leave no sessions", async () => {
  const options = { connectionType: "mqtt-5", id: "fewer", clientCount: 3 } as const;
  const made = await Promise.all(
    [0, 1, 2].map((clientIndex) => openBench(broker, { ...options, clientIndex })),
  );
  const successor = connection({ ...options, id: "fewer-mqtt-5", clientCount: 2 });

  await Promise.all(made.map(({ connector }) => connector.close(successor)));

  const kept = await Promise.all([0, 1, 2].map((i) => takeSession(broker, `fewer-mqtt-5_${i}`)));
  assert.deepEqual(kept, [[], [], undefined]);
});
