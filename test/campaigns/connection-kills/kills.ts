// Kills a broker, or the server, while messages come and go by a connection between them, and checks that nothing is lost.

import { setTimeout as sleep } from "node:timers/promises";
import { operatorOf, operatorSettings } from "../../support/connections/operator.ts";
import type { TestServer } from "../../support/server.ts";
import { newPlace, type StorageKind } from "../place.ts";
import { keepEvidence } from "./evidence.ts";
import { CONNECTION, type Ground } from "./ground.ts";
import { judge, type KillFigures } from "./judge.ts";
import { connectionTo, deviceThings, type Load, startLoad, userThings } from "./load.ts";
import { until } from "./until.ts";

export type Victim = "broker" | "server";

const lifeMs = { least: 200, most: 1_200 };
const deathMs = 300;
/** The operator's waits between attempts are so short that the usual 50 are over before a slow machine has started a broker. */
const settings = { LOG_LEVEL: "info", ...operatorSettings, CONNECTIVITY_CLIENT_CONNECTING_MAX_TRIES: "1000" };
const LOOK_MS = 50;

/** Where something is not as it should be, `tell` is told in which folder the evidence is. */
export async function connectionKills(
  ground: Ground,
  victim: Victim,
  rounds: number,
  storage: StorageKind,
  tell: (line: string) => void,
): Promise<KillFigures> {
  await using place = await newPlace(storage);
  const servers: TestServer[] = [];
  const start = async () => {
    const server = await place.start(settings);
    servers.push(server);
    return server;
  };
  const keep = async (reasons: readonly string[]) =>
    tell(`The evidence is in ${await keepEvidence(reasons, servers)}.`);
  let server = await start();
  let load: Load | undefined;
  try {
    await createThings(server);
    await operatorOf(server).open(CONNECTION, connectionTo(ground));
    load = startLoad(ground, () => server);
    for (let round = 1; round <= rounds; round++) {
      const livedMs = lifeMs.least + Math.random() * (lifeMs.most - lifeMs.least);
      await sleep(livedMs);
      const diedAt = performance.now();
      if (victim === "server") {
        await server.kill();
        server = await start();
      } else await restart(ground);
      await flowsAgain(server, load);
      const seconds = ((performance.now() - diedAt) / 1_000).toFixed(2);
      tell(
        `round ${round} of ${rounds}, ${ground.name}: the ${victim} died after ${livedMs.toFixed(0)} ms, all flows again after ` +
          `${seconds} s; ${load.confirmed.size} messages confirmed, ${load.acknowledged.size} events acknowledged`,
      );
    }
    await load.stop();
    const figures = await judge(server, ground, load);
    if (figures.violations.length > 0) await keep(figures.violations);
    return figures;
  } catch (error) {
    await keep([String(error)]);
    throw error;
  } finally {
    // After a failure nobody waits for what a broker that is gone may never answer.
    void load?.stop();
    await server.stop();
  }
}

async function restart(ground: Ground): Promise<void> {
  await ground.kill();
  await sleep(Math.random() * deathMs);
  await ground.start();
}

async function createThings(server: TestServer): Promise<void> {
  for (const id of [...deviceThings, ...userThings]) {
    const headers = { "content-type": "application/json" };
    const response = await server.fetch(`/api/2/things/${id}`, { method: "PUT", headers, body: "{}" });
    if (!response.ok) throw new Error(`${id}: ${response.status} ${await response.text()}`);
  }
}

/** Resolves once the connection is open, and messages come in and go out by it. */
async function flowsAgain(server: TestServer, load: Load): Promise<void> {
  await operatorOf(server).untilOpen(CONNECTION);
  const before = { revision: await revisionOf(server), events: load.acknowledged.size, ...load.answers };
  const flows = async () =>
    load.acknowledged.size > before.events && (await revisionOf(server)) > before.revision;
  try {
    await until(flows, LOOK_MS);
  } catch (error) {
    const after = { revision: await revisionOf(server), events: load.acknowledged.size, ...load.answers };
    const [was, is] = [before, after].map((state) => JSON.stringify(state));
    throw new Error(
      `The connection is open, but not all flows: revision of a device, events and answers of users were ${was}, and are ${is}.`,
      { cause: error },
    );
  }
}

/** Of a twin that only messages change. */
async function revisionOf(server: TestServer): Promise<number> {
  const response = await server.fetch(`/api/2/things/${deviceThings[0]}?fields=_revision`);
  return ((await response.json()) as { _revision: number })._revision;
}
