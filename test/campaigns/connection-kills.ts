// `npm run connection-kills -- [--rounds 20] [--transports mqtt,mqtt-killed,nats,kafka] [--victims broker,server]
// [--storage pglite|postgres]`: a connection under QoS 1 load loses its broker, or the server itself is killed. Ends with a
// table of what was counted.

import { parseArgs } from "node:util";
import type { Ground } from "./connection-kills/ground.ts";
import type { KillFigures } from "./connection-kills/judge.ts";
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

const rows: string[] = [];
for (const transport of options.transports.split(","))
  for (const victim of options.victims.split(",") as Victim[]) {
    // Of a server that is killed, one Mosquitto tells as much as the other.
    if (victim === "server" && transport === "mqtt-killed") continue;
    rows.push(await campaign(transport, victim));
  }

console.log(
  "\n| transport | victim | deaths | sent | confirmed by the broker | settled | of these in the journal | events acknowledged " +
    "| of these at the broker | came again | violations |\n|---|---|---|---|---|---|---|---|---|---|---|",
);
for (const row of rows) console.log(row);

async function campaign(transport: string, victim: Victim): Promise<string> {
  await using ground = await groundOf(transport);
  try {
    const { rounds, storage } = options;
    const figures = await connectionKills(
      ground,
      victim,
      Number(rounds),
      storage as StorageKind,
      console.log,
    );
    for (const violation of figures.violations) console.error(violation);
    if (figures.violations.length > 0) process.exitCode = 1;
    return rowOf(ground.name, victim, figures);
  } catch (error) {
    console.error(error);
    process.exitCode = 1;
    return `| ${ground.name} | ${victim} | it did not come to its end |`;
  }
}

function rowOf(transport: string, victim: Victim, figures: KillFigures): string {
  const {
    said,
    confirmed,
    settled,
    settledInJournal,
    acknowledged,
    acknowledgedAtBroker,
    repeats,
    violations,
  } = figures;
  const counts = [said, confirmed, settled, settledInJournal, acknowledged, acknowledgedAtBroker, repeats];
  return `| ${[transport, victim, options.rounds, ...counts, violations.length].join(" | ")} |`;
}

function groundOf(transport: string): Promise<Ground> {
  const start = grounds[transport];
  if (!start)
    throw new Error(`There is no transport ${transport}; there are ${Object.keys(grounds).join(", ")}.`);
  return start();
}
