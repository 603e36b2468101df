import { expect, test } from "vitest";
import { kafkaGround } from "../../campaigns/connection-kills/kafka-ground.ts";
import { connectionKills } from "../../campaigns/connection-kills/kills.ts";
import { mqttGround } from "../../campaigns/connection-kills/mqtt-ground.ts";

const cases = [
  { name: "Kafka that is killed", victim: "broker", open: kafkaGround },
  { name: "server that is killed beside Kafka", victim: "server", open: kafkaGround },
  { name: "Mosquitto that is killed", victim: "broker", open: () => mqttGround("SIGKILL") },
] as const;

test.each(cases)(
  "a $name twice under load costs nothing that was settled or acknowledged",
  { timeout: 300_000 },
  async ({ victim, open }) => {
    await using ground = await open();

    const told: string[] = [];
    const figures = await connectionKills(ground, victim, 2, "pglite", (line) => void told.push(line));

    expect(figures.violations, told.at(-1)).toEqual([]);
    expect(figures.settled).toBeGreaterThan(0);
    expect(figures.acknowledged).toBeGreaterThan(0);
  },
);
