// Program: sensors of some factories that send readings at a steady rate, by Kafka or MQTT, whether anybody keeps up or not.

import { setTimeout as sleep } from "node:timers/promises";
import { Producer } from "@platformatic/kafka";
import { connectAsync } from "mqtt";
import {
  addressOf,
  factoriesOf,
  lineOf,
  machinesOf,
  readingText,
  SENSORS_OF_A_MACHINE,
  type Transport,
  watchKey,
} from "../scenario/world.ts";
import { serveJobs } from "./jobs.ts";

/** `open` sends one reading of each factory, `start` begins to send, `sample` and `stop` tell what was sent since the start. */
export type SensorsJob =
  | { readonly do: "open"; readonly transport: Transport; readonly port: number; readonly sensors: number }
  | { readonly do: "start"; readonly perSecond: number }
  | { readonly do: "sample" }
  | { readonly do: "stop" };

export interface Sent {
  readonly sent: number;
  /** By factory and line. */
  readonly byWatch: Readonly<Record<string, number>>;
  /** What could not be handed over to the broker. */
  readonly failed: number;
}

const TICK_MS = 20;
/** Beyond this many without an acknowledgement of the broker, the sensors wait. */
const MOST_UNDER_WAY = 20_000;

interface Outlet {
  send(
    messages: readonly { readonly address: string; readonly key: string; readonly text: string }[],
  ): Promise<void>;
  close(): Promise<void>;
}

let outlet: Outlet;
let transport: Transport;
let sensors = 0;
let loop: Promise<void> | undefined;
let isStopping = false;
let sent = 0;
let failed = 0;
const byWatch = new Map<string, number>();

async function open(job: SensorsJob & { do: "open" }): Promise<void> {
  ({ transport, sensors } = job);
  outlet = await (transport === "kafka" ? kafkaOutlet(job.port) : mqttOutlet(job.port));
  await outlet.send(factoriesOf(transport).map((factory) => messageOf(factory, 0, 0, 0)));
}

/** All factories in turn, and in each all sensors in turn. */
async function run(perSecond: number): Promise<void> {
  const factories = factoriesOf(transport);
  const machines = machinesOf(sensors);
  const startedAt = performance.now();
  const underWay = new Set<Promise<void>>();
  let waiting = 0;
  for (let next = 0; !isStopping; await sleep(TICK_MS)) {
    const due = Math.floor(((performance.now() - startedAt) / 1_000) * perSecond);
    const messages: ReturnType<typeof messageOf>[] = [];
    for (; next < due && waiting + messages.length < MOST_UNDER_WAY; next++) {
      const factory = factories[next % factories.length] ?? 0;
      const place = Math.floor(next / factories.length) % (machines * SENSORS_OF_A_MACHINE);
      const machine = Math.floor(place / SENSORS_OF_A_MACHINE);
      messages.push(messageOf(factory, machine, place % SENSORS_OF_A_MACHINE, next));
      const key = watchKey(factory, lineOf(machine));
      byWatch.set(key, (byWatch.get(key) ?? 0) + 1);
    }
    if (messages.length === 0) continue;
    waiting += messages.length;
    const sending = outlet.send(messages).then(
      () => {
        sent += messages.length;
      },
      () => {
        failed += messages.length;
      },
    );
    underWay.add(sending);
    void sending.finally(() => {
      waiting -= messages.length;
      underWay.delete(sending);
    });
  }
  await Promise.all(underWay);
}

const messageOf = (factory: number, machine: number, sensor: number, turn: number) => ({
  address: addressOf(transport, factory),
  key: `machine-${machine}`,
  text: readingText(factory, machine, sensor, turn, Date.now()),
});

async function kafkaOutlet(port: number): Promise<Outlet> {
  const producer = new Producer({
    ...{ clientId: "scenario", bootstrapBrokers: [`127.0.0.1:${port}`] },
    // A topic is made when it is first asked for.
    ...{ autocreateTopics: true, retries: 20, retryDelay: 100 },
  });
  return {
    send: async (messages) => {
      await producer.send({
        messages: messages.map(({ address, key, text }) => ({
          topic: address,
          key: Buffer.from(key),
          value: Buffer.from(text),
        })),
      });
    },
    close: () => producer.close(),
  };
}

async function mqttOutlet(port: number): Promise<Outlet> {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`);
  return {
    send: async (messages) => {
      await Promise.all(messages.map(({ address, text }) => client.publishAsync(address, text, { qos: 1 })));
    },
    close: () => client.endAsync(),
  };
}

const told = (): Sent => ({ sent, failed, byWatch: Object.fromEntries(byWatch) });

serveJobs(async (job: SensorsJob): Promise<Sent> => {
  switch (job.do) {
    case "open":
      await open(job);
      break;
    case "start":
      loop = run(job.perSecond);
      break;
    case "sample":
      break;
    case "stop":
      isStopping = true;
      await loop;
      await outlet.close();
  }
  return told();
});
