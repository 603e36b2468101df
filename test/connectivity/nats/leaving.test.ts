// Durable consumers that a connection has made: what becomes of them when it is gone.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Connection } from "../../../src/connectivity/model.ts";
import { type NatsServer, startNats } from "../../support/brokers/nats.ts";
import { connection, openBench, type Stranger, source, strangerWithStream } from "./harness.ts";

let server: NatsServer;
beforeEach(async () => {
  server = await startNats();
});
afterEach(() => server[Symbol.asyncDispose]());

const fromStream = { sources: [source(["stream:PLANT/plant.>"], { qos: 1 })] };
const CONSUMER = "pollux-bridge-0-0";

describe("consumers that a connection has made", () => {
  const two = { sources: [source(["stream:PLANT/plant.a", "stream:PLANT/plant.b"], { qos: 1 })] };
  const successor = (more: Partial<Connection>) => connection({ uri: server.uri, ...more });
  const consumersOf = async ({ jsm }: Stranger) =>
    (await jsm.consumers.list("PLANT").next()).map(({ name }) => name).toSorted();

  test("are deleted with it, those of others are not", async () => {
    await using other = await strangerWithStream(server);
    await other.jsm.consumers.add("PLANT", { durable_name: "theirs", ack_policy: "explicit" });
    const sources = [...two.sources, source(["consumer:PLANT/theirs"])];
    const made = await openBench(server, { sources });

    await made.connector.drain();
    await made.connector.close("none");

    expect(await consumersOf(other)).toEqual(["theirs"]);
    expect(made.logs).toEqual([]);
  });

  test("are deleted by the last or the first of its clients, as it comes", async () => {
    await using other = await strangerWithStream(server);
    const clients = await Promise.all(
      [0, 1].map((clientIndex) => openBench(server, { ...fromStream, clientCount: 2, clientIndex })),
    );

    await Promise.all(clients.map(({ connector }) => connector.close("none")));

    expect(await consumersOf(other)).toEqual([]);
    expect(clients.flatMap(({ logs }) => logs)).toEqual([]);
  });

  test("stay where it rests or is closed, and what comes meanwhile is there afterwards", async () => {
    await using other = await strangerWithStream(server);
    const made = await openBench(server, fromStream);
    await made.connector.close(successor({ ...fromStream, connectionStatus: "closed" }));
    await other.nc.request("plant.lamp", "meanwhile");

    await using again = await openBench(server, fromStream);
    await again.until(1);

    expect(again.texts()).toEqual(["meanwhile"]);
  });

  test("stay where the operator has named them", async () => {
    await using other = await strangerWithStream(server);
    const made = await openBench(server, { ...fromStream, specificConfig: { durable: "mine" } });

    await made.connector.close("none");

    expect(await consumersOf(other)).toEqual(["mine-0-0"]);
  });

  test.each<[change: string, more: Partial<Connection>, kept: string[]]>([
    ["without one of its addresses", { sources: [source(["stream:PLANT/plant.a"])] }, [CONSUMER]],
    [
      "with its addresses in another order",
      { sources: [source(["stream:PLANT/plant.b", "stream:PLANT/plant.a"])] },
      [CONSUMER, "pollux-bridge-0-1"],
    ],
    [
      "with one of its addresses in another place",
      { sources: [source(["stream:PLANT/plant.b"])] },
      ["pollux-bridge-0-1"],
    ],
    ["with other streams", { sources: [source(["stream:OTHER/plant.a", "stream:OTHER/plant.b"])] }, []],
    ["of another type", { connectionType: "mqtt" }, []],
  ])("are deleted where it goes on %s, if nobody reads them", async (_, more, kept) => {
    await using other = await strangerWithStream(server);
    const made = await openBench(server, two);

    await made.connector.close(successor({ ...two, ...more }));

    expect(await consumersOf(other)).toEqual(kept);
  });

  test("of other subjects than before are made anew", async () => {
    await using other = await strangerWithStream(server);
    const made = await openBench(server, fromStream);
    const changed = { sources: [source(["stream:PLANT/plant.lamp"], { qos: 1 })] };
    await made.connector.close(successor(changed));

    await using again = await openBench(server, changed);
    await other.nc.request("plant.lamp", "on");
    await again.until(1);

    expect(await consumersOf(other)).toEqual([CONSUMER]);
  });

  test("of all subjects stay, however that is said", async () => {
    await using other = await strangerWithStream(server);
    const made = await openBench(server, { sources: [source(["stream:PLANT"], { qos: 1 })] });
    await made.connector.close(successor({ sources: [source(["stream:PLANT/>"], { qos: 1 })] }));

    expect(await consumersOf(other)).toEqual([CONSUMER]);
  });

  test("that cannot be deleted are told of", async () => {
    await using own = await startNats({
      authorization: `users = [{ user: a, password: a, permissions: { publish: { deny: "$JS.API.CONSUMER.DELETE.>" } } }, { user: b, password: b }]`,
    });
    await using other = await strangerWithStream(own, { user: "b", pass: "b" });
    const bound = await openBench(own, { ...fromStream, uri: `nats://a:a@127.0.0.1:${own.port}` });

    await bound.connector.close("none");

    expect(await consumersOf(other)).toEqual([CONSUMER]);
    expect(bound.logs.join()).toMatch(/consumer 'pollux-bridge-0-0' of 'PLANT' stays/);
  });
});
