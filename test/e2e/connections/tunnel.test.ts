// Connections through a real OpenSSH server, in both directions.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startMosquitto } from "../../support/brokers/mosquitto.ts";
import { startNats } from "../../support/brokers/nats.ts";
import { startSshd, type TestSshd } from "../../support/brokers/sshd.ts";
import { mqttStranger } from "../../support/connections/mqtt.ts";
import { natsStranger } from "../../support/connections/nats.ts";
import type { Stranger } from "../../support/connections/stranger.ts";
import { eventually, modifyOf, openWorld, USER, type World } from "./world.ts";

const stack = new AsyncDisposableStack();
let world: World;
let sshd: TestSshd;
let sshTunnel: object;

beforeAll(async () => {
  world = stack.use(await openWorld());
  sshd = stack.use(await startSshd());
  const { uri, username, publicKey, privateKey } = sshd;
  sshTunnel = {
    ...{ enabled: true, uri, validateHost: true, knownHosts: [await sshd.fingerprint("sha256")] },
    credentials: { type: "public-key", username, publicKey, privateKey },
  };
}, 60_000);
afterAll(() => stack.disposeAsync());

const transports = [
  { name: "MQTT", start: startMosquitto, meet: (port: number) => mqttStranger("mqtt", port) },
  { name: "MQTT 5", start: startMosquitto, meet: (port: number) => mqttStranger("mqtt-5", port) },
  { name: "core NATS", start: startNats, meet: (port: number) => natsStranger(port, { isStream: false }) },
  { name: "JetStream", start: startNats, meet: (port: number) => natsStranger(port, { isStream: true }) },
];

describe.each(transports)("over $name", ({ name, start, meet }) => {
  const id = `tunnel-${name.toLowerCase().replaceAll(" ", "-")}`;
  const own = new AsyncDisposableStack();
  let device: Stranger;

  beforeAll(async () => {
    const broker = own.use(await start());
    device = own.use(await meet(broker.port));
    await world.operator.open(id, {
      ...{ ...device.link, sshTunnel },
      sources: [{ ...device.source("in"), authorizationContext: [USER] }],
      targets: [
        {
          ...{ address: device.address("events"), topics: ["_/_/things/twin/events"] },
          ...{ qos: device.targetQos, authorizationContext: [USER] },
          issuedAcknowledgementLabel: `${id}:told`,
        },
      ],
    });
  }, 60_000);
  afterAll(() => own.disposeAsync());

  /** A message that comes in, and the event of another's change, which goes out. */
  async function converse(thing: string, value: number): Promise<void> {
    const events = await device.hear("events");
    await device.say("in", modifyOf(thing, "/attributes/in", value));
    await eventually(async () => expect(await world.twin(`${thing}/attributes/in`)).toBe(value));
    await world.write(`${thing}/attributes/out`, value);
    await eventually(() => expect(events.map(({ text }) => JSON.parse(text).value)).toContain(value));
  }

  test("messages come in and go out", async () => {
    const thing = await world.aThing(`${id}-conversing`);

    await converse(thing, 1);

    const acks = { "requested-acks": `["${id}:told"]`, timeout: "10s" };
    expect((await world.write(`${thing}/attributes/sure`, 1, acks)).status).toBeLessThan(300);
    const [ssh] = (await world.operator.status(id)).sshTunnelStatus;
    expect(ssh).toMatchObject({ type: "ssh", status: "open" });
  });

  test("a tunnel that is cut is made again", { timeout: 60_000 }, async () => {
    const thing = await world.aThing(`${id}-cut`);

    await sshd.endSessions();
    await eventually(async () => expect((await world.operator.status(id)).liveStatus).not.toBe("open"));
    await world.operator.untilOpen(id);

    await converse(thing, 2);
  });
});
