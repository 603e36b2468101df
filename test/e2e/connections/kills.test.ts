// The short form of `npm run connection-kills`; kills.full.test.ts has that of Kafka.

import { expect, test } from "vitest";
import { connectionKills } from "../../campaigns/connection-kills/kills.ts";
import { mqttGround } from "../../campaigns/connection-kills/mqtt-ground.ts";
import { natsGround } from "../../campaigns/connection-kills/nats-ground.ts";

const cases = [
  { name: "Mosquitto that is stopped", victim: "broker", open: () => mqttGround("SIGTERM") },
  { name: "nats-server that is killed", victim: "broker", open: natsGround },
] as const;

test.concurrent.each(cases)(
  "a $name twice under load costs nothing that was settled or acknowledged",
  { timeout: 120_000 },
  async ({ victim, open }) => {
    await using ground = await open();

    const figures = await connectionKills(ground, victim, 2, "postgres", () => undefined);

    expect(figures.violations).toEqual([]);
    expect(figures.settled).toBeGreaterThan(0);
    expect(figures.acknowledged).toBeGreaterThan(0);
  },
);
