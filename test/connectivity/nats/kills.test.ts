// A server that is killed again and again under load, by a connection that is made again each time.

import { expect, test } from "vitest";
import { startNats } from "../../support/brokers/nats.ts";
import { accept, type Bench, eventually, pause, publication } from "../harness.ts";
import { openBench, source, strangerWithStream, target } from "./harness.ts";

const KILLS = 4;
const BURST = 2_000;

test("with qos 1 every message that was published is in the stream, and every one of the stream comes", async () => {
  await using server = await startNats();
  await (await strangerWithStream(server)).nc.close();
  const published = new Set<string>();
  const received = new Set<string>();
  const options = {
    sources: [source(["stream:PLANT"])],
    targets: [target("plant.x", { qos: 1 })],
    settings: { producer: { queueSize: BURST, maxInFlight: 500, answerWithin: 5_000 } },
  };
  const connectAnew = async (): Promise<Bench> => {
    const made = await openBench(server, options);
    made.onReceived = (message) => {
      received.add(message.payload?.text() ?? "");
      return accept(message);
    };
    return made;
  };
  const publish = async ({ connector }: Bench, text: string) => {
    await connector.publish(publication("plant.x", text, 1));
    published.add(text);
  };

  for (let round = 0; round < KILLS; round++) {
    await using made = await connectAnew();
    const all = Array.from({ length: BURST }, (_, i) => publish(made, `${round}-${i}`));
    const outcomes = Promise.allSettled(all);
    await pause(10 * (round + 1));
    await server.stop("SIGKILL");
    await outcomes;
    await eventually(() => expect(made.lost).toHaveLength(1));
    await server.start();
  }
  await using last = await connectAnew();
  await publish(last, "end");

  await eventually(() => expect(received).toContain("end"));
  expect(published.size).toBeGreaterThan(0);
  expect([...published].filter((text) => !received.has(text))).toEqual([]);
}, 60_000);
