import { generate, type Packet } from "mqtt-packet";
import { assert, describe, test } from "vitest";
import { Packets, type TooLarge } from "../../../src/connectivity/connectors/mqtt/packets.ts";

const MAX_BYTES = 1_000;

function reading(protocolVersion: 4 | 5) {
  const seen: (Packet | TooLarge)[] = [];
  const failures: Error[] = [];
  const packets = new Packets({
    ...{ protocolVersion, maxBytes: MAX_BYTES },
    packet: (packet) => void seen.push(packet),
    tooLarge: (message) => void seen.push(message),
    failed: (error) => void failures.push(error),
  });
  return { packets, seen, failures };
}

const publish = (topic: string, bytes: number, qos: 0 | 1 | 2, protocolVersion: 4 | 5): Buffer =>
  generate(
    {
      cmd: "publish",
      topic,
      payload: Buffer.alloc(bytes, 0xff),
      qos,
      messageId: 258,
      dup: false,
      retain: false,
    },
    { protocolVersion },
  );

describe.each([4, 5] as const)("of version %s", (version) => {
  test.each([1, 2, 3, 7, 100, 999, 100_000])(
    "in pieces of %s bytes, packets come as they are, and those that are too large are named only",
    (piece) => {
      const { packets, seen, failures } = reading(version);
      const stream = Buffer.concat([
        generate({ cmd: "pingresp" }),
        publish("small", 10, 1, version),
        publish("large/ö", 30_000, 1, version),
        publish("larger", 200_000, 0, version),
        publish("last", 1_500, 2, version),
        publish("t".repeat(65_535), 0, 1, version),
        publish("end", 900, 0, version),
      ]);

      for (let at = 0; at < stream.length; at += piece) packets.read(stream.subarray(at, at + piece));

      const told = seen.map((one) =>
        "cmd" in one ? [one.cmd, one.cmd === "publish" && one.topic] : [one.topic, one.qos, one.messageId],
      );
      assert.deepEqual(told, [
        ["pingresp", false],
        ["publish", "small"],
        ["large/ö", 1, 258],
        ["larger", 0, 0],
        ["last", 2, 258],
        ["t".repeat(65_535), 1, 258],
        ["publish", "end"],
      ]);
      assert.deepEqual(failures, []);
    },
  );

  test("a packet of just as many bytes as are allowed comes, one of one more does not", () => {
    const { packets, seen } = reading(version);
    const empty = publish("a", 900, 0, version).length - 900;

    packets.read(publish("a", MAX_BYTES - empty, 0, version));
    packets.read(publish("a", MAX_BYTES - empty + 1, 0, version));

    assert.deepEqual(
      seen.map((one) => ("bytes" in one ? one.bytes : one.cmd)),
      ["publish", MAX_BYTES + 1],
    );
  });

  test.each([
    ["no message", [0x90]],
    ["a message of no QoS that there is", [0x36]],
  ])("a packet that is too large and %s ends it", (_, first) => {
    const { packets } = reading(version);

    assert.throws(() => packets.read(Buffer.from([...first, 0xff, 0x7f])), /16386 bytes/);
  });

  test("a length of more than four bytes ends it", () => {
    assert.throws(
      () => reading(version).packets.read(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 1])),
      /four bytes/,
    );
  });

  test("a topic that is longer than its message ends it", () => {
    const message = [Buffer.from([0x32, 0xd0, 0x0f]), Buffer.alloc(2_000, 0xff)];

    assert.throws(() => reading(version).packets.read(Buffer.concat(message)), /longer than its message/);
  });
});
