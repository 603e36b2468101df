// Who may do what: each command on each resource in each situation, over HTTP and over a WebSocket, against Ditto's rules.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Answer, Door, Kind } from "./doors.ts";
import { expectedOf } from "./expected.ts";
import { makeTrials, type Trial } from "./fixtures.ts";
import { type Place, startPlace } from "./place.ts";
import { SITUATIONS, type Situation } from "./situations.ts";

const kinds: readonly Kind[] = ["thing", "policy"];
const numbered = [...SITUATIONS.entries()];

let place: Place;
/** What takes time to come about is made before everything else. */
const early = new Map<string, Prepared>();

beforeAll(async () => {
  place = await startPlace();
  const later = numbered.filter(([, { afterMs }]) => afterMs !== undefined);
  for (const [number, situation] of later)
    for (const kind of kinds)
      for (const door of place.doors)
        early.set(`${kind} ${number} ${door.name}`, await prepare(kind, number, situation, door));
});

afterAll(() => place?.[Symbol.asyncDispose]());

describe.concurrent.each(kinds)("commands on every resource of a %s", (kind) => {
  describe.each(numbered)("in situation %i", (number, situation) => {
    test.each(["HTTP", "WebSocket"])(
      `(${situation.name}) are answered over %s as Ditto does`,
      async (name) => {
        const door = place.doors.find((one) => one.name === name) as Door;
        const prepared =
          early.get(`${kind} ${number} ${name}`) ?? (await prepare(kind, number, situation, door));
        await new Promise((resolve) => setTimeout(resolve, prepared.readyAt - Date.now()));
        const answers = await door.ask(prepared.trials.map(({ command }) => command));
        expect(tableOf(prepared.trials, answers)).toEqual(prepared.expected);
      },
    );
  });
});

type Table = Readonly<Record<string, Answer | undefined>>;

interface Prepared {
  readonly trials: readonly Trial[];
  readonly expected: Table;
  readonly readyAt: number;
}

const tableOf = (trials: readonly Trial[], answers: readonly Answer[]): Table =>
  Object.fromEntries(trials.map(({ cell }, index) => [`${cell.action} ${cell.resource}`, answers[index]]));

async function prepare(kind: Kind, number: number, situation: Situation, door: Door): Promise<Prepared> {
  const trials = await makeTrials(place.owner, situation, number, door.name, kind);
  const readyAt = Date.now() + (situation.afterMs ?? 0);
  // The rules are applied to what the owner reads.
  const reads = trials.filter(({ cell }) => cell.action === "retrieve");
  const answers = await place.owner.ask(reads.map(({ command }) => command));
  const whole = new Map(reads.map(({ cell }, index) => [cell, answers[index]?.value]));
  const expected = trials.map(({ cell }) => expectedOf(cell, situation, whole.get(cell)));
  return { trials, expected: tableOf(trials, expected), readyAt };
}
