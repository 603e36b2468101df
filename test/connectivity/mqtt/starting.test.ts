// What a broker may do before a client has started.

import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { generate, type Packet, parser } from "mqtt-packet";
import { assert, test } from "vitest";
import type { Mosquitto } from "../../support/brokers/mosquitto.ts";
import { eventually } from "../harness.ts";
import { bench } from "./harness.ts";

interface Fake extends AsyncDisposable {
  readonly broker: Mosquitto;
  readonly sockets: readonly Socket[];
}

/** A broker that answers as it is told. */
async function fake(answers: (packet: Packet, socket: Socket) => readonly Packet[]): Promise<Fake> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    const reading = parser().on("packet", (packet) => {
      for (const answer of answers(packet, socket)) socket.write(generate(answer));
    });
    socket.on("data", (bytes) => void reading.parse(bytes)).on("error", () => undefined);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  return {
    broker: { port, uri: `tcp://127.0.0.1:${port}` } as Mosquitto,
    sockets,
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}

const connack: Packet = { cmd: "connack", sessionPresent: false, returnCode: 0 };
const megabyte = Buffer.alloc(1024 ** 2);
const message = (messageId: number, qos: 1 | 2): Packet => ({
  ...{ cmd: "publish", topic: "in/a", payload: megabyte, qos, messageId, dup: false, retain: false },
});
const suback = ({ messageId = 0 }: Packet): Packet => ({ cmd: "suback", messageId, granted: [1] });

test.each([1, 2] as const)(
  "a broker that sends messages of QoS %s without an end before it answers the subscription is left",
  async (qos) => {
    const messages = Array.from({ length: 65 }, (_, i) => message(i + 1, qos));
    await using other = await fake(({ cmd }) =>
      cmd === "connect" ? [connack] : cmd === "subscribe" ? messages : [],
    );
    const made = bench(other.broker);

    const failure = await made.connector.open().catch((error: Error) => error);

    assert.match(String(failure), /more than 64 MB of messages before the subscriptions were ready/);
    assert.deepEqual(made.received, []);
  },
);

test("what waited in a session comes, even if it is much", async () => {
  const messages = Array.from({ length: 40 }, (_, i) => message(i + 1, 1));
  await using other = await fake((packet) =>
    packet.cmd === "connect" ? [connack, ...messages] : packet.cmd === "subscribe" ? [suback(packet)] : [],
  );
  await using made = bench(other.broker);

  await made.connector.open();
  await made.until(40);
});

test("a session with more than can be kept is taken up before the broker answers the subscription", async () => {
  const messages = Array.from({ length: 100 }, (_, i) => message(i + 1, 1));
  const takenUp: Packet = { ...connack, sessionPresent: true };
  await using other = await fake((packet) =>
    packet.cmd === "connect" ? [takenUp, ...messages] : packet.cmd === "subscribe" ? [suback(packet)] : [],
  );
  await using made = bench(other.broker);

  await made.connector.open();
  await made.until(100);
});

test("a broker that refuses the subscription after such a session has come is left", async () => {
  const messages = Array.from({ length: 100 }, (_, i) => message(i + 1, 1));
  const takenUp: Packet = { ...connack, sessionPresent: true };
  const refusal = ({ messageId = 0 }: Packet): Packet => ({ cmd: "suback", messageId, granted: [128] });
  await using other = await fake((packet) =>
    packet.cmd === "connect" ? [takenUp, ...messages] : packet.cmd === "subscribe" ? [refusal(packet)] : [],
  );
  await using made = bench(other.broker);

  await made.connector.open();
  await eventually(() => assert.equal(made.lost.length, 1));
});

test("a client whose consumer is lost while its publisher connects is not open", async () => {
  await using other = await fake((packet, socket) => {
    if (packet.cmd === "subscribe") return [suback(packet)];
    if (packet.cmd !== "connect") return [];
    const [consumer] = other.sockets;
    if (socket === consumer) return [connack];
    consumer?.destroy();
    setTimeout(() => socket.write(generate(connack)), 100);
    return [];
  });
  const made = bench(other.broker, { specificConfig: { separatePublisherClient: "true" } });

  const failure = await made.connector.open().catch((error: Error) => error);

  assert.match(String(failure), /has closed the connection/);
});
