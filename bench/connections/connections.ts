// Connections on either storage: one server with its things, and a broker for each transport, which ends with its workload.

import { newPlace, type Postgres, type StorageKind } from "../../test/campaigns/place.ts";
import { startKafka } from "../../test/support/brokers/kafka.ts";
import { startMosquitto } from "../../test/support/brokers/mosquitto.ts";
import { startNats } from "../../test/support/brokers/nats.ts";
import type { BenchRow } from "../row.ts";
import { type InboundBench, inbound } from "./inbound.ts";
import { kafkaInlet } from "./kafka.ts";
import { kafkaToHttp } from "./kafka-to-http.ts";
import { things } from "./messages.ts";
import { mqttInlet } from "./mqtt.ts";
import { jetStreamInlet, natsInlet } from "./nats.ts";
import { openSite, type Site } from "./site.ts";

/** Each sensor sends so often in a round that what gathers for the search index under load is written within the round. */
const MESSAGES_OF_A_SENSOR = 6;
const MOST_ROUNDS = 3;

type ConnectionWorkload = (bench: InboundBench) => Promise<BenchRow[]>;

/** The workloads by their names. */
export const connectionWorkloads: Readonly<Record<string, ConnectionWorkload>> = {
  "kafka-in": async (bench) => {
    await using kafka = await startKafka();
    return await inbound(kafkaInlet(kafka.plainPort), bench);
  },
  "mqtt-in": async (bench) => {
    // The broker sends as far ahead as it is read: else the window that it has by default would be measured.
    // More than the server holds before it has subscribed (64 MB) would be refused; both sides are given the same.
    await using mosquitto = await startMosquitto({ maxInFlight: 65_000 });
    return await inbound(mqttInlet(mosquitto.port), bench);
  },
  "jetstream-in": async (bench) => {
    await using nats = await startNats();
    return await inbound(jetStreamInlet(nats.port), bench);
  },
  "nats-in": async (bench) => {
    await using nats = await startNats({ isCoreOnly: true });
    return await inbound(natsInlet(nats.port), bench);
  },
  "kafka-to-http": async (bench) => {
    await using kafka = await startKafka();
    return await kafkaToHttp({ ...bench, port: kafka.plainPort, messages: things / 2 });
  },
};

export interface ConnectionBench {
  readonly kind: StorageKind;
  readonly postgres: Postgres | undefined;
  readonly rounds: number;
  readonly roundSeconds: number;
}

/** Runs workloads one by one on one server; `attempt` runs a single one. */
export async function connectionsBench(
  names: readonly string[],
  { kind, postgres, rounds, roundSeconds }: ConnectionBench,
  attempt: (name: string, run: () => Promise<BenchRow[]>) => Promise<BenchRow[]>,
): Promise<BenchRow[]> {
  await using place = await newPlace(kind, postgres);
  await using site: Site = await openSite(place);
  const bench: InboundBench = {
    ...{ site, rounds: Math.min(rounds, MOST_ROUNDS), newPlace: () => newPlace(kind, postgres) },
    messages: Math.ceil(things * MESSAGES_OF_A_SENSOR * roundSeconds),
  };
  const rows: BenchRow[] = [];
  for (const name of names)
    rows.push(...(await attempt(name, async () => (await connectionWorkloads[name]?.(bench)) ?? [])));
  return rows;
}
