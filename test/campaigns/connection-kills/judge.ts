// What is left of a campaign when all is at rest, and what of it the server's promises forbid.

import type { TestServer } from "../../support/server.ts";
import type { Ground } from "./ground.ts";
import { valuesOf } from "./history.ts";
import { deviceThings, type Load, numberIn, userThings } from "./load.ts";
import { until } from "./until.ts";

export interface KillFigures {
  /** Messages that devices have sent. */
  readonly said: number;
  /** Those of them that the broker has confirmed. */
  readonly confirmed: number;
  readonly settled: number;
  /** Those of the settled that are in the journal. */
  readonly settledInJournal: number;
  /** Changes whose event the target acknowledged. */
  readonly acknowledged: number;
  /** Those of them whose event is at the broker. */
  readonly acknowledgedAtBroker: number;
  /** How many messages came in more than once. */
  readonly repeats: number;
  /** Sentences; none is what the server promises. */
  readonly violations: readonly string[];
}

/** Each look reads the whole past of all things. */
const LOOK_AT_JOURNAL_MS = 3_000;
const NAMED_AT_MOST = 10;

type Journal = ReadonlyMap<string, readonly number[]>;

/** Waits until what is under way has come, and says what is missing then. */
export async function judge(server: TestServer, ground: Ground, load: Load): Promise<KillFigures> {
  const violations = [...new Set(load.surprises)];
  const accuse = (numbers: readonly number[], what: string) => {
    if (numbers.length > 0)
      violations.push(`${numbers.length} ${what}: ${numbers.slice(0, NAMED_AT_MOST).join(" ")}`);
  };
  if (ground.keepsConfirmed)
    accuse(await neverCome(server, load), "messages that the broker confirmed never came");
  const settled = new Set((await ground.settled()).map(numberIn));
  const journal = await journalOf(server);
  const settledOnly = missingIn(settled, numbersIn(journal));
  accuse(settledOnly, "messages were settled that are not in the journal");
  const told = new Set((await ground.told()).map(numberIn));
  const acknowledgedOnly = missingIn(load.acknowledged, told);
  accuse(acknowledgedOnly, "events were acknowledged that are not at the broker");
  for (const [thingId, values] of journal) violations.push(...disorderIn(thingId, values));
  return {
    ...{ said: load.said, confirmed: load.confirmed.size },
    ...{ settled: settled.size, settledInJournal: settled.size - settledOnly.length },
    acknowledged: load.acknowledged.size,
    acknowledgedAtBroker: load.acknowledged.size - acknowledgedOnly.length,
    ...{ repeats: repeatsIn(journal), violations },
  };
}

/** What the broker confirmed is in the journal in the end; gives what is not once no more of it comes. */
async function neverCome(server: TestServer, { confirmed }: Load): Promise<readonly number[]> {
  let missing: readonly number[] = [...confirmed];
  const look = async () => {
    missing = missingIn(confirmed, numbersIn(await journalOf(server)));
    return missing.length === 0;
  };
  for (let before = Infinity; missing.length > 0 && missing.length < before; ) {
    before = missing.length;
    await until(look, LOOK_AT_JOURNAL_MS).catch(() => undefined);
  }
  return missing;
}

const missingIn = (numbers: Iterable<number>, all: ReadonlySet<number>): readonly number[] =>
  [...numbers].filter((number) => !all.has(number));

const numbersIn = (journal: Journal): ReadonlySet<number> => new Set([...journal.values()].flat());

async function journalOf(server: TestServer): Promise<Journal> {
  const found = new Map<string, readonly number[]>();
  for (const id of [...deviceThings, ...userThings]) found.set(id, await valuesOf(server, id));
  return found;
}

function repeatsIn(journal: Journal): number {
  const came = deviceThings.flatMap((id) => journal.get(id) ?? []);
  return came.length - new Set(came).size;
}

/** What comes once more may come late; what is new comes in its order. */
function disorderIn(thingId: string, values: readonly number[]): string[] {
  const first = [...new Set(values)];
  const at = first.findIndex((number, i) => number < (first[i - 1] ?? 0));
  return at < 0 ? [] : [`${thingId}: ${first[at]} came after ${first[at - 1]}`];
}
