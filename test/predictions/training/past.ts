// A thing whose past becomes tables to train with, and a clock that the test moves.

import { afterEach, beforeEach, expect, vi } from "vitest";
import type { JsonValue } from "../../../src/base/json/json.ts";
import { pastStates } from "../../../src/dispatch/history/past-states.ts";
import type { Predictor } from "../../../src/predictions/model.ts";
import type { TrainingQuery } from "../../../src/predictions/predictors-api.ts";
import { bindingOf } from "../../../src/predictions/serving/binding.ts";
import { type TrainingParts, trainingData } from "../../../src/predictions/training/training-data.ts";
import type { CommandAction } from "../../../src/signals/signal.ts";
import { ditto, thingId, type World, worldOn } from "../../support/dispatch.ts";
import { HeldJournal } from "../../support/journal.ts";

export const start = Date.UTC(2026, 0, 1);

/** What there is; `listed` are the things that the table is of. */
export interface Past {
  journal: HeldJournal;
  world: World;
  listed: readonly string[];
}

export const past = {} as Past;

/** Begins anew before each test of a file. */
export function usePast(): void {
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: start });
    await begin();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
}

/** A thing of one revision, at the start of time. */
async function begin(): Promise<void> {
  vi.setSystemTime(start);
  const journal = new HeldJournal({ flowing: true });
  Object.assign(past, { journal, world: worldOn(journal), listed: [thingId] });
  await write("create", "/", { features: { f: { properties: {} } } }, 0);
}

export async function write(
  action: CommandAction,
  path: string,
  value: JsonValue | undefined,
  passed = 1_000,
  more: Parameters<World["ask"]>[3] = {},
): Promise<void> {
  vi.setSystemTime(Date.now() + passed);
  expect(await past.world.ask(action, path, value, more)).toHaveProperty("status");
}

export const property = (name: string) => `/features/f/properties/${name}`;
export async function told(values: readonly JsonValue[], passed = 1_000, name = "p"): Promise<void> {
  for (const value of values) await write("modify", property(name), value, passed);
}

export const at = (seconds: number) => start + seconds * 1_000;

export async function tableOf(
  predictor: Predictor,
  query: Partial<TrainingQuery> = {},
  auth = ditto,
  more: Partial<TrainingParts> = {},
) {
  const parts: TrainingParts = {
    pastStates: pastStates(past.world.parts),
    boundThings: async function* () {
      yield* past.listed;
    },
    bindingOf,
    ...more,
  };
  const asked = { from: start, to: at(1_000_000), limit: 1_000, ...query };
  const table = await trainingData(parts)(predictor, asked, auth);
  const rows: (readonly (string | number | boolean | null)[])[] = [];
  for await (const row of table.rows) rows.push(row);
  return { columns: table.columns, rows };
}

/** Revisions with what follows the first three columns. */
export const rowsOf = async (...asked: Parameters<typeof tableOf>) =>
  (await tableOf(...asked)).rows.map(([, revision, , ...cells]) => [revision, ...cells]);
