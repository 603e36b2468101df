// What a broker may do that Mosquitto does not.

import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { generate, type Packet, parser } from "mqtt-packet";
import { assert, describe, test, vi } from "vitest";
import type { Mosquitto } from "../../support/brokers/mosquitto.ts";
import { type Bench, publication } from "../harness.ts";
import { bench, openBench, source, type Version, versions } from "./harness.ts";

type Manners = (packet: Packet, answer: (packet: Packet) => void, socket: Socket) => void;

interface Fake extends AsyncDisposable {
  readonly broker: Mosquitto;
  readonly packets: Packet[];
}

/** A broker that behaves as it is told, once it has accepted the client. */
async function fake(
  type: Version,
  connack: object | ((client: Packet) => object),
  manners: Manners,
): Promise<Fake> {
  const options = { protocolVersion: type === "mqtt" ? 4 : 5 };
  const packets: Packet[] = [];
  const server = createServer((socket) => {
    const answer = (packet: Packet) => void socket.write(generate(packet, options));
    const reading = parser(options).on("packet", (packet) => {
      packets.push(packet);
      if (packet.cmd === "connect") {
        const more = typeof connack === "function" ? connack(packet) : connack;
        answer({ cmd: "connack", sessionPresent: false, returnCode: 0, reasonCode: 0, ...more } as Packet);
      } else if (packet.cmd === "subscribe")
        answer({ cmd: "suback", messageId: packet.messageId ?? 0, granted: [1] });
      else manners(packet, answer, socket);
    });
    socket.on("data", (bytes) => void reading.parse(bytes)).on("error", () => undefined);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  return {
    broker: { port, uri: `tcp://127.0.0.1:${port}` } as Mosquitto,
    packets,
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}

const lostOnce = (made: Bench) => vi.waitFor(() => assert.equal(made.lost.length, 1));

describe.each(versions)("%s", (connectionType) => {
  test("a broker that sends what is not MQTT is left", async () => {
    await using other = await fake(connectionType, {}, (_packet, _answer, socket) => {
      socket.write(Buffer.from([0x30, 0x05, 0xff, 0xff, 1, 2, 3, 0xf7, 0xff, 0xff, 0xff, 0xff]));
    });
    await using made = await openBench(other.broker, { connectionType });
    const published = made.connector.publish(publication("a", "x", 1)).catch((error: Error) => error);
    assert.instanceOf(await published, Error);
    await lostOnce(made);
  });

  test("a message of QoS 2 that is acknowledged twice goes through all its steps", async () => {
    await using other = await fake(connectionType, {}, (packet, answer) => {
      const { messageId = 0 } = packet;
      if (packet.cmd === "publish") answer({ cmd: "pubrec", messageId });
      if (packet.cmd === "pubrel") answer({ cmd: "pubcomp", messageId });
    });
    await using made = await openBench(other.broker, { connectionType });
    assert.deepEqual(await made.connector.publish(publication("a", "x", 2)), { status: 200 });
    assert.deepEqual(
      other.packets.map(({ cmd }) => cmd),
      ["connect", "subscribe", "publish", "pubrel"],
    );
  });

  test("a session that the broker does not let be ended is told of", async () => {
    const refusing = (client: Packet) =>
      client.cmd === "connect" && client.clean ? { returnCode: 5, reasonCode: 135 } : {};
    await using other = await fake(connectionType, refusing, (packet, answer) => {
      if (packet.cmd === "unsubscribe")
        answer({ cmd: "unsuback", messageId: packet.messageId ?? 0, granted: [0] });
    });
    await using made = await openBench(other.broker, { connectionType });
    await made.connector.close("none");

    assert.deepEqual(
      other.packets.map(({ cmd }) => cmd),
      ["connect", "subscribe", "unsubscribe", "disconnect", "connect"],
    );
    assert.match(String(made.logs), /The session 'bridge-mqtt(-5)?' stays at the broker: .* not authorized/);
  });

  test("a receipt of nobody's message is released, so that the broker can forget it", async () => {
    await using other = await fake(connectionType, {}, (packet, answer) => {
      if (packet.cmd === "publish")
        answer({ cmd: "pubrec", messageId: ((packet.messageId ?? 0) % 65_535) + 1 });
    });
    await using made = await openBench(other.broker, { connectionType });
    const published = made.connector.publish(publication("a", "x", 1)).catch(() => "closed");
    await vi.waitFor(() => assert.equal(other.packets.at(-1)?.cmd, "pubrel"));
    await made.connector.close();
    assert.equal(await published, "closed");
  });

  test("a broker that refuses the subscription is told of by the status of the source", async () => {
    const refusing = createServer((socket) => {
      const options = { protocolVersion: connectionType === "mqtt" ? 4 : 5 };
      const reading = parser(options).on("packet", ({ cmd, messageId = 0 }) => {
        if (cmd === "connect")
          socket.write(
            generate({ cmd: "connack", sessionPresent: false, returnCode: 0, reasonCode: 0 }, options),
          );
        if (cmd === "subscribe")
          socket.write(generate({ cmd: "suback", messageId, granted: [1, 128] }, options));
      });
      socket.on("data", (bytes) => void reading.parse(bytes));
    }).listen(0, "127.0.0.1");
    await once(refusing, "listening");
    const { port } = refusing.address() as { port: number };
    await using made = bench({ port, uri: `tcp://127.0.0.1:${port}` } as Mosquitto, {
      connectionType,
      sources: [source(["fine", "forbidden"])],
    });
    const reason = await made.connector.open().catch((error: Error) => error);
    assert.include((reason as Error).message, "'forbidden'");
    assert.deepEqual(made.statuses, ["source fine;forbidden: failed"]);
    refusing.close();
  });
});

test("of MQTT 5, no more messages are on their way than the broker takes at once", async () => {
  const waiting: number[] = [];
  let most = 0;
  await using other = await fake("mqtt-5", { properties: { receiveMaximum: 3 } }, (packet, answer) => {
    if (packet.cmd !== "publish") return;
    most = Math.max(most, waiting.push(packet.messageId ?? 0));
    setTimeout(() => answer({ cmd: "puback", messageId: waiting.shift() ?? 0 }), 2);
  });
  await using made = await openBench(other.broker, { connectionType: "mqtt-5" });
  await Promise.all(
    Array.from({ length: 50 }, (_, i) => made.connector.publish(publication("a", String(i), 1))),
  );
  assert.equal(most, 3);
});

test("of MQTT 5, a message that is refused, and a broker that says why it leaves, are told of in words", async () => {
  await using other = await fake("mqtt-5", {}, (packet, answer) => {
    if (packet.cmd !== "publish") return;
    if (packet.topic === "a") answer({ cmd: "puback", messageId: packet.messageId ?? 0, reasonCode: 151 });
    else answer({ cmd: "disconnect", reasonCode: 139 });
  });
  await using made = await openBench(other.broker, { connectionType: "mqtt-5" });
  const refused = await made.connector
    .publish(publication("a", "x", 1))
    .catch((error: Error) => error.message);
  assert.include(String(refused), "a quota is exceeded");
  const gone = await made.connector.publish(publication("b", "x", 1)).catch((error: Error) => error.message);
  assert.include(String(gone), "it shuts down");
  await lostOnce(made);
});
