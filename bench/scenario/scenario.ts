// Factories for a while: sensors over Kafka and MQTT, predictions on every machine, dashboards, and searches, all at once on one
// server; looked at all the time.

import { setTimeout as sleep } from "node:timers/promises";
import type { DashboardsJob, Shown } from "../load/dashboards.ts";
import type { Searched, SearchersJob } from "../load/searchers.ts";
import type { SensorsJob, Sent } from "../load/sensors.ts";
import { Program } from "../program.ts";
import type { Area } from "../report/report.ts";
import { residentMb } from "../resident.ts";
import { ask } from "../target.ts";
import { type Ground, openGround } from "./ground.ts";
import type { ScenarioOptions } from "./options.ts";
import { areaOf, type Ending, type Look } from "./outcome.ts";
import { sumOf } from "./prometheus.ts";
import {
  FACTORIES,
  factoriesOf,
  machinesOf,
  PREDICTION,
  type Transport,
  watchKey,
  watchOf,
} from "./world.ts";

const transports: readonly Transport[] = ["kafka", "mqtt"];
const LOOKS = 120;
const SETTLES_WITHIN_MS = 120_000;

export async function scenario(options: ScenarioOptions): Promise<Area> {
  console.error("… scenario: brokers, server, machines");
  await using ground = await openGround(options.kind, options.sensors);
  await using stack = new AsyncDisposableStack();
  const cast = await openCast(ground, options, stack);
  const acknowledgedBefore = (await look(ground)).acknowledged;
  const perSecond = options.sensors / options.every;
  for (const transport of transports)
    await cast.sensors[transport].run({
      do: "start",
      perSecond: (perSecond * factoriesOf(transport).length) / FACTORIES,
    });
  const { url, owner: headers } = ground.target;
  await cast.searchers.run({
    do: "start",
    url,
    headers,
    perSecond: options.searches,
    sensors: options.sensors,
  });
  const looks = await watch(ground, cast, options, acknowledgedBefore);
  const ending = await settle(ground, cast, options, acknowledgedBefore);
  return areaOf(options, looks, ending);
}

interface Cast {
  readonly sensors: Readonly<Record<Transport, Program<SensorsJob, Sent>>>;
  readonly dashboards: Readonly<Record<"ws" | "sse", Program<DashboardsJob, Shown>>>;
  readonly searchers: Program<SearchersJob, Searched>;
}

/** Everybody is there and subscribed, and nothing is sent but one reading of each factory, which is settled. */
async function openCast(
  ground: Ground,
  options: ScenarioOptions,
  stack: AsyncDisposableStack,
): Promise<Cast> {
  const program = <Job, Result>(file: string) => stack.use(new Program<Job, Result>(file));
  const cast: Cast = {
    sensors: { kafka: program("load/sensors.ts"), mqtt: program("load/sensors.ts") },
    dashboards: { ws: program("load/dashboards.ts"), sse: program("load/dashboards.ts") },
    searchers: program("load/searchers.ts"),
  };
  const { sensors } = options;
  // Kafka makes a topic with its first message; MQTT keeps messages only for those who have subscribed.
  await cast.sensors.kafka.run({ do: "open", transport: "kafka", port: ground.ports.kafka, sensors });
  for (const transport of transports) await ground.connect(transport);
  await cast.sensors.mqtt.run({ do: "open", transport: "mqtt", port: ground.ports.mqtt, sensors });
  await until(async () => (await look(ground)).acknowledged >= FACTORIES, "the first readings");
  const { url, owner: headers } = ground.target;
  for (const by of ["ws", "sse"] as const) {
    const numbers = dashboardsBy(by, options.dashboards);
    await cast.dashboards[by].run({
      do: "open",
      by,
      url: by === "ws" ? url.replace(/^http/, "ws") : url,
      headers,
      numbers,
    });
  }
  return cast;
}

/** The places of one half of the dashboards; both halves look at all factories. */
const dashboardsBy = (by: "ws" | "sse", all: number): number[] =>
  Array.from({ length: all }, (_, n) => n).filter(
    (n) => (Math.floor(n / FACTORIES) % 2 === 0) === (by === "ws"),
  );

async function watch(
  ground: Ground,
  cast: Cast,
  options: ScenarioOptions,
  acknowledgedBefore: number,
): Promise<Look[]> {
  const total = options.minutes * 60;
  const step = Math.max(1, total / LOOKS);
  const looks: Look[] = [];
  const startedAt = performance.now();
  const now = () => (performance.now() - startedAt) / 1_000;
  for (let at = step; at <= total; at += step) {
    await sleep(Math.max(0, (at - now()) * 1_000));
    const [kafka, mqtt, ws, sse, searched, server] = await Promise.all([
      cast.sensors.kafka.run({ do: "sample" }),
      cast.sensors.mqtt.run({ do: "sample" }),
      cast.dashboards.ws.run({ do: "sample" }),
      cast.dashboards.sse.run({ do: "sample" }),
      cast.searchers.run({ do: "sample" }),
      look(ground),
    ]);
    const sent = kafka.sent + mqtt.sent;
    const acknowledged = server.acknowledged - acknowledgedBefore;
    looks.push({
      at: now(),
      sent,
      ws,
      sse,
      searched,
      ...server,
      acknowledged,
      residentMb: residentMb(ground.pid),
    });
    if (looks.length % 10 === 0)
      console.error(`… scenario: ${Math.round(at)} of ${total} s, ${acknowledged} of ${sent} readings`);
  }
  return looks;
}

/** What the server says of itself. */
async function look(ground: Ground) {
  const metrics = await ground.metrics();
  const inbound = ['direction="inbound"', 'category="acknowledged"'];
  return {
    acknowledged: sumOf(metrics, "connection_messages_total", ...inbound, 'success="true"'),
    refused: sumOf(metrics, "connection_messages_total", ...inbound, 'success="false"'),
    predicted: sumOf(metrics, "pollux_predictions_written_total"),
    indexLag: sumOf(metrics, "pollux_search_index_lag_seconds"),
    eventLoopLag: sumOf(metrics, "nodejs_eventloop_lag_p99_seconds"),
  };
}

/** Stops what sends, and waits for what is under way. */
async function settle(
  ground: Ground,
  cast: Cast,
  options: ScenarioOptions,
  acknowledgedBefore: number,
): Promise<Ending> {
  await cast.searchers.run({ do: "stop" });
  const told = await Promise.all(transports.map((transport) => cast.sensors[transport].run({ do: "stop" })));
  const sent = told.reduce((sum, one) => sum + one.sent, 0);
  const expected = expectedOf(told, options.dashboards);
  const isSettled = async () => {
    const shown = await shownInAll(cast);
    const { acknowledged, refused } = await look(ground);
    return acknowledged + refused - acknowledgedBefore >= sent && shown >= expected;
  };
  await until(isSettled, "what was under way").catch(() => undefined); // what is missing is told
  const { acknowledged } = await look(ground);
  const query = new URLSearchParams({ filter: `exists(features/${PREDICTION}/properties/score)` });
  let predicted = 0;
  const machines = machinesOf(options.sensors) * FACTORIES;
  await until(async () => {
    predicted = Number(await ask(ground.target, "GET", `/api/2/search/things/count?${query}`));
    return predicted >= machines;
  }, "all predictions").catch(() => undefined);
  return {
    ...{ sent, acknowledged: acknowledged - acknowledgedBefore },
    ...{ expected, shown: await shownInAll(cast), machines, predicted },
    failed: told.reduce((sum, one) => sum + one.failed, 0),
  };
}

/** How many readings all dashboards together are to show. */
function expectedOf(told: readonly Sent[], dashboards: number): number {
  let expected = 0;
  for (let n = 0; n < dashboards; n++) {
    const { factory, line } = watchOf(n);
    for (const { byWatch } of told) expected += byWatch[watchKey(factory, line)] ?? 0;
  }
  return expected;
}

async function shownInAll(cast: Cast): Promise<number> {
  const shown = await Promise.all([
    cast.dashboards.ws.run({ do: "sample" }),
    cast.dashboards.sse.run({ do: "sample" }),
  ]);
  return shown.reduce((sum, { total }) => sum + total, 0);
}

async function until(isSo: () => Promise<boolean>, what: string): Promise<void> {
  for (const deadline = Date.now() + SETTLES_WITHIN_MS; Date.now() < deadline; await sleep(200))
    if (await isSo()) return;
  throw new Error(`${what}: not in time`);
}
