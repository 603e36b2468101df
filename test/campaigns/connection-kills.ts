// `npm run connection-kills -- [--rounds 20] [--transports mqtt,mqtt-killed,nats,kafka] [--victims broker,server]
// [--storage pglite|postgres]`: a connection under QoS 1 load loses its broker, or the server itself is killed.

import { parseArgs } from "node:util";
import type { Ground } from "./connection-kills/ground.ts";
import { kafkaGround } from "./connection-kills/kafka-ground.ts";
import { connectionKills, type Victim } from "./connection-kills/kills.ts";
import { mqttGround } from "./connection-kills/mqtt-ground.ts";
import { natsGround } from "./connection-kills/nats-ground.ts";
import type { StorageKind } from "./place.ts";

const grounds: Readonly<Record<string, () => Promise<Ground>>> = {
  mqtt: () => mqttGround("SIGTERM"),
  "mqtt-killed": () => mqttGround("SIGKILL"),
  nats: natsGround,
  kafka: kafkaGround,
};

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "20" },
    transports: { type: "string", default: Object.keys(grounds).join(",") },
    storage: { type: "string", default: "pglite" },
    victims: { type: "string", default: "broker,server" },
  },
});

for (const transport of options.transports.split(","))
  for (const victim of options.victims.split(",") as Victim[]) {
    // Of a server that is killed, one Mosquitto tells as much as the other.
    if (victim === "server" && transport === "mqtt-killed") continue;
    await using ground = await groundOf(transport);
    const figures = await connectionKills(
      ground,
      victim,
      Number(options.rounds),
      options.storage as StorageKind,
      console.log,
    );
    for (const violation of figures.violations) console.error(violation);
    const { said, confirmed, settled, acknowledged, told, repeats, violations } = figures;
    console.log(
      `${ground.name}, ${victim}: ${options.rounds} deaths; ${said} sent, ${confirmed} messages confirmed, ${settled} settled, ` +
        `${repeats} came again; ${acknowledged} events acknowledged, ${told} at the broker; ${violations.length} violations`,
    );
    if (violations.length > 0) process.exitCode = 1;
  }

function groundOf(transport: string): Promise<Ground> {
  const start = grounds[transport];
  if (!start)
    throw new Error(`There is no transport ${transport}; there are ${Object.keys(grounds).join(", ")}.`);
  return start();
}
