// The short form of `npm run connection-kills`; kills.full.test.ts has that of Kafka.

import { expect, test } from "vitest";
import { connectionKills } from "../../campaigns/connection-kills/kills.ts";
import { mqttGround } from "../../campaigns/connection-kills/mqtt-ground.ts";
import { natsGround } from "../../campaigns/connection-kills/nats-ground.ts";

const cases = [
  { name: "Mosquitto that is stopped", victim: "broker", open: () => mqttGround("SIGTERM") },
  { name: "nats-server that is killed", victim: "broker", open: natsGround },
  { name: "server that is killed beside nats-server", victim: "server", open: natsGround },
] as const;

test.concurrent.each(cases)(
  "a $name twice under load costs nothing that was settled or acknowledged",
  { timeout: 240_000 },
  async ({ victim, open }) => {
    await using ground = await open();

    const told: string[] = [];
    const figures = await connectionKills(ground, victim, 2, "postgres", (line) => void told.push(line));

    expect(figures.violations, told.at(-1)).toEqual([]);
    expect(figures.settled).toBeGreaterThan(0);
    expect(figures.acknowledged).toBeGreaterThan(0);
  },
);
