// From one broker to the next: changes come in by Kafka, and their events go out as HTTP requests.

import { cpuSeconds } from "../cpu.ts";
import { median } from "../interleave.ts";
import type { SinkJob } from "../peers/http-sink.ts";
import { Program } from "../program.ts";
import type { BenchRow } from "../row.ts";
import type { FillJob } from "./fill.ts";
import { kafkaSource } from "./kafka-source.ts";
import type { Site } from "./site.ts";

const FLOOR = 5_000;
const OUT = "bench-http";
/** Requests under way at once. */
const PARALLELISM = 64;

export interface KafkaToHttpBench {
  readonly site: Site;
  readonly port: number;
  readonly rounds: number;
  readonly messages: number;
}

/** A message is settled when its event has arrived: what waits for the endpoint holds the broker up, and nothing is lost. */
export async function kafkaToHttp(bench: KafkaToHttpBench): Promise<BenchRow[]> {
  const { site, rounds } = bench;
  await using fill = new Program<FillJob, void>("load/fill-kafka.ts");
  await using sink = new Program<SinkJob, number>("peers/http-sink.ts");
  await site.put(OUT, "open", httpTarget(await sink.run({}), site.subject));
  const found: Found[] = [];
  for (let i = 0; i <= rounds; i++) found.push(await round(bench, fill, sink, `http-${i}`));
  await site.remove(OUT);
  const name = "Kafka in, events out by HTTP push";
  const rates = found.slice(1).map(({ rate }) => rate);
  const cpu = found.slice(1).map((round) => round.cpu);
  return [
    { name, value: median(rates), unit: "messages/s", floor: FLOOR, rounds: { value: rates } },
    { name: `${name}: CPU of the server`, value: median(cpu), unit: "µs/message", rounds: { value: cpu } },
  ];
}

interface Found {
  readonly rate: number;
  /** Microseconds of the server for one message. */
  readonly cpu: number;
}

async function round(
  { site, port, messages }: KafkaToHttpBench,
  fill: Program<FillJob, void>,
  sink: Program<SinkJob, number>,
  topic: string,
): Promise<Found> {
  await fill.run({ port, address: topic, count: messages });
  const arrived = sink.run({ count: messages });
  const before = cpuSeconds(site.pid);
  const source = {
    authorizationContext: [site.subject],
    acknowledgementRequests: { includes: ["twin-persisted", `${OUT}:arrived`] },
  };
  await site.put(topic, "open", kafkaSource(port, topic, source));
  const rate = await arrived;
  const cpu = ((cpuSeconds(site.pid) - before) / messages) * 1e6;
  await site.remove(topic);
  return { rate, cpu };
}

const httpTarget = (port: number, subject: string) => ({
  connectionType: "http-push",
  uri: `http://127.0.0.1:${port}`,
  specificConfig: { parallelism: String(PARALLELISM) },
  targets: [
    {
      address: "POST:/events",
      topics: ["_/_/things/twin/events"],
      authorizationContext: [subject],
      issuedAcknowledgementLabel: `${OUT}:arrived`,
    },
  ],
});
