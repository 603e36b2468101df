// Kills a broker, or the server, while messages come and go by a connection between them, and checks that nothing is lost.

import { setTimeout as sleep } from "node:timers/promises";
import { operatorOf, operatorSettings } from "../../support/connections/operator.ts";
import type { TestServer } from "../../support/server.ts";
import { newPlace, type StorageKind } from "../place.ts";
import { CONNECTION, type Ground } from "./ground.ts";
import { valuesOf } from "./history.ts";
import { connectionTo, deviceThings, type Load, numberIn, startLoad, userThings } from "./load.ts";

export type Victim = "broker" | "server";

export interface KillFigures {
  readonly said: number;
  readonly confirmed: number;
  readonly settled: number;
  /** Changes whose event the target acknowledged. */
  readonly acknowledged: number;
  readonly told: number;
  /** How many messages came in more than once. */
  readonly repeats: number;
  /** Sentences; none is what the server promises. */
  readonly violations: readonly string[];
}

const lifeMs = { least: 200, most: 1_200 };
const deathMs = 300;
const WITHIN_MS = 30_000;
const LOOK_MS = 50;
const LOOK_AT_JOURNAL_MS = 1_000;

export async function connectionKills(
  ground: Ground,
  victim: Victim,
  rounds: number,
  storage: StorageKind,
  tell: (line: string) => void,
): Promise<KillFigures> {
  await using place = await newPlace(storage);
  const start = () => place.start({ LOG_LEVEL: "error", ...operatorSettings });
  let server = await start();
  try {
    await createThings(server);
    await operatorOf(server).open(CONNECTION, connectionTo(ground));
    const load = startLoad(ground, () => server);
    for (let round = 1; round <= rounds; round++) {
      const livedMs = lifeMs.least + Math.random() * (lifeMs.most - lifeMs.least);
      await sleep(livedMs);
      const diedAt = performance.now();
      if (victim === "server") {
        await server.kill();
        server = await start();
      } else {
        await ground.kill();
        await sleep(Math.random() * deathMs);
        await ground.start();
      }
      await flowsAgain(server, load);
      const seconds = ((performance.now() - diedAt) / 1_000).toFixed(2);
      tell(
        `round ${round} of ${rounds}, ${ground.name}: the ${victim} died after ${livedMs.toFixed(0)} ms, all flows again after ` +
          `${seconds} s; ${load.confirmed.size} messages confirmed, ${load.acknowledged.size} events acknowledged`,
      );
    }
    await load.stop();
    return await judge(server, ground, load);
  } finally {
    await server.stop();
  }
}

async function createThings(server: TestServer): Promise<void> {
  for (const id of [...deviceThings, ...userThings]) {
    const headers = { "content-type": "application/json" };
    const response = await server.fetch(`/api/2/things/${id}`, { method: "PUT", headers, body: "{}" });
    if (!response.ok) throw new Error(`${id}: ${response.status} ${await response.text()}`);
  }
}

/** Resolves once the connection is open, and messages flow in and out; rejects with what it logged. */
async function flowsAgain(server: TestServer, load: Load): Promise<void> {
  const operator = operatorOf(server);
  await operator.untilOpen(CONNECTION);
  const [confirmed, acknowledged] = [load.confirmed.size, load.acknowledged.size];
  try {
    await until(() => load.confirmed.size > confirmed && load.acknowledged.size > acknowledged);
  } catch {
    const flow = `${load.confirmed.size - confirmed} messages and ${load.acknowledged.size - acknowledged} events`;
    const logs = (await operator.logs(CONNECTION))
      .filter(({ category }) => category !== "source")
      .slice(-20)
      .map((entry) => JSON.stringify(entry));
    throw new Error([`The connection is open, but only ${flow} come.`, ...logs].join("\n"));
  }
}

async function until(isSo: () => boolean | Promise<boolean>, everyMs = LOOK_MS): Promise<void> {
  for (const deadline = Date.now() + WITHIN_MS; !(await isSo()); await sleep(everyMs))
    if (Date.now() > deadline) throw new Error("It took too long.");
}

/** Waits until what is under way has come, and says what is missing then. */
async function judge(server: TestServer, ground: Ground, load: Load): Promise<KillFigures> {
  const violations = [...new Set(load.surprises)];
  let journal: ReadonlyMap<string, readonly number[]> = new Map();
  let all: ReadonlySet<number> = new Set();
  const look = async () => {
    journal = await journalOf(server);
    all = new Set([...journal.values()].flat());
  };
  const missing = (numbers: Iterable<number>) => [...numbers].filter((number) => !all.has(number));
  const accuse = (numbers: readonly number[], what: string) => {
    if (numbers.length > 0) violations.push(`${numbers.length} ${what}: ${numbers.slice(0, 10).join(" ")}`);
  };
  if (ground.keepsConfirmed)
    await until(async () => {
      await look();
      return missing(load.confirmed).length === 0;
    }, LOOK_AT_JOURNAL_MS).catch(() =>
      accuse(missing(load.confirmed), "messages that the broker confirmed never came"),
    );
  const settled = (await ground.settled()).map(numberIn);
  await look();
  accuse(missing(settled), "messages were settled that are not in the journal");
  const told = new Set((await ground.told()).map(numberIn));
  if (ground.keepsConfirmed)
    accuse(
      [...load.acknowledged].filter((number) => !told.has(number)),
      "events were acknowledged that are not at the broker",
    );
  for (const [thingId, values] of journal) violations.push(...disorderIn(thingId, values));
  const came = deviceThings.flatMap((id) => journal.get(id) ?? []);
  return {
    ...{ said: load.said, confirmed: load.confirmed.size, settled: new Set(settled).size },
    ...{ acknowledged: load.acknowledged.size, told: told.size, repeats: came.length - new Set(came).size },
    violations,
  };
}

async function journalOf(server: TestServer): Promise<ReadonlyMap<string, readonly number[]>> {
  const found = new Map<string, readonly number[]>();
  for (const id of [...deviceThings, ...userThings]) found.set(id, await valuesOf(server, id));
  return found;
}

/** What comes once more may come late; what is new comes in its order. */
function disorderIn(thingId: string, values: readonly number[]): string[] {
  const first = [...new Set(values)];
  const at = first.findIndex((number, i) => number < (first[i - 1] ?? 0));
  return at < 0 ? [] : [`${thingId}: ${first[at]} came after ${first[at - 1]}`];
}
