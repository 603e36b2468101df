// Brokers of MQTT that send more than anybody can hold.

import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { generate, type Packet, parser } from "mqtt-packet";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Mosquitto } from "../../support/brokers/mosquitto.ts";
import { accept, eventually } from "../harness.ts";
import { openBench, versions } from "../mqtt/harness.ts";

const MB = 1024 ** 2;
const HUGE = 200 * MB;

interface Hostile extends AsyncDisposable {
  readonly broker: Mosquitto;
  readonly packets: Packet[];
  /** What the client is connected by. */
  socket(): Socket;
}

async function hostile(protocolVersion: 4 | 5): Promise<Hostile> {
  const packets: Packet[] = [];
  let socket: Socket | undefined;
  const server = createServer((accepted) => {
    socket = accepted;
    const answer = (packet: Packet) => void accepted.write(generate(packet, { protocolVersion }));
    const reading = parser({ protocolVersion }).on("packet", (packet) => {
      packets.push(packet);
      const { cmd, messageId = 0 } = packet;
      if (cmd === "connect") answer({ cmd: "connack", sessionPresent: false, returnCode: 0, reasonCode: 0 });
      if (cmd === "subscribe") answer({ cmd: "suback", messageId, granted: [1] });
    });
    accepted.on("data", (bytes) => void reading.parse(bytes)).on("error", () => undefined);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  return {
    ...{ broker: { port, uri: `tcp://127.0.0.1:${port}` } as Mosquitto, packets },
    socket: () => socket!,
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}

/** The fixed header of a packet with so many bytes behind it. */
function header(first: number, length: number): Buffer {
  const bytes = [first];
  for (let rest = length; ; rest = Math.floor(rest / 128)) {
    bytes.push(rest >= 128 ? (rest % 128) | 0x80 : rest);
    if (rest < 128) return Buffer.from(bytes);
  }
}

async function pour(socket: Socket, bytes: number): Promise<void> {
  const piece = Buffer.alloc(MB);
  for (let left = bytes; left > 0; left -= piece.length) {
    if (!socket.write(left < MB ? piece.subarray(0, left) : piece)) await once(socket, "drain");
  }
}

describe.each(versions)("%s", (connectionType) => {
  const protocolVersion = connectionType === "mqtt" ? 4 : 5;
  let other: Hostile;
  beforeEach(async () => {
    other = await hostile(protocolVersion);
  });
  afterEach(() => other[Symbol.asyncDispose]());
  const open = () => openBench(other.broker, { connectionType, settings: { maxPacketBytes: MB } });

  test("a message of 200 MB is passed over as it comes, acknowledged, and those behind it come", async () => {
    await using made = await open();
    made.onReceived = accept;
    const socket = other.socket();
    const topic = Buffer.from("\0\x04in/a\0\x07", "latin1");

    socket.write(Buffer.concat([header(0x32, HUGE), topic]));
    await pour(socket, HUGE - topic.length - 1);
    const held = process.memoryUsage().arrayBuffers;
    socket.write(Buffer.alloc(1));
    socket.write(
      generate(
        { cmd: "publish", topic: "in/b", payload: "x", qos: 1, messageId: 8, dup: false, retain: false },
        { protocolVersion },
      ),
    );
    await made.until(1);

    expect(held).toBeLessThan(HUGE / 2);
    expect(made.received.map(({ address }) => address)).toEqual(["in/b"]);
    await eventually(() => {
      const acknowledged = other.packets.filter(({ cmd }) => cmd === "puback");
      expect(acknowledged.map(({ messageId }) => messageId)).toEqual([7, 8]);
    });
    expect(made.logs).toEqual([
      `A message to 'in/a' was dropped: it has ${HUGE + 5} bytes, ${MB} are allowed.`,
    ]);
    expect(made.lost).toEqual([]);
  });

  test("a message that never ends costs no more than its beginning", async () => {
    await using made = await open();
    other.socket().write(Buffer.concat([header(0x30, HUGE), Buffer.from([0xff, 0xff])]));
    await pour(other.socket(), HUGE - MB);
    await pause(50);

    expect(process.memoryUsage().arrayBuffers).toBeLessThan(HUGE / 2);
    await made.connector.close();
  });

  test("anything else that is too large loses the connection at its header", async () => {
    await using made = await open();

    other.socket().write(header(0x90, HUGE));

    await eventually(() => expect(made.lost).toHaveLength(1));
  });
});

test("a broker of MQTT 5 is told how large packets may be", async () => {
  await using other = await hostile(5);
  await using _ = await openBench(other.broker, {
    connectionType: "mqtt-5",
    settings: { maxPacketBytes: 12_345 },
  });

  expect(other.packets[0]).toMatchObject({ cmd: "connect", properties: { maximumPacketSize: 12_345 } });
});
