// Compares what the model finds with what is found in the index of several databases.

import { isDeepStrictEqual } from "node:util";
import type { Database } from "../../../src/journal/database.ts";
import { searchFieldOf } from "../../../src/search/field.ts";
import { sightOf } from "../../../src/search/sql/readable.ts";
import type { Caller } from "../../../src/search/wanted.ts";
import { ask, callersOf, type FilledIndex, fill } from "./ask.ts";
import { Expected } from "./expected.ts";
import { type Question, type Round, roundOf } from "./rounds.ts";

export interface Named {
  readonly name: string;
  readonly database: Database;
}

export interface Outcome {
  /** Questions that were put to every database. */
  readonly cases: number;
  /** Those that found some things, but not all that their caller may see. */
  readonly telling: number;
  /** Those, in one database, that were asked without a right being judged for who may not read everything. */
  readonly spared: number;
  /** What did not agree, with the smallest part of a filter that shows it. */
  readonly disagreements: readonly string[];
}

export interface Campaign {
  readonly rounds: number;
  /** Questions of each round. */
  readonly questions: number;
  /** Of the first round; each has the next one. */
  readonly seed: number;
}

/** Runs the rounds and tells of each in one line. */
export async function compareAll(
  databases: readonly Named[],
  { rounds, questions, seed }: Campaign,
  tell: (line: string) => void,
): Promise<Outcome> {
  const disagreements: string[] = [];
  let telling = 0;
  let spared = 0;
  for (let i = 0; i < rounds; i++) {
    const round = roundOf(seed + i, questions);
    const expected = new Expected(round);
    telling += round.questions.filter((question) => expected.isTelling(question)).length;
    const compared = await Promise.all(databases.map((database) => compareRound(database, round, expected)));
    const wrong = compared.flatMap(({ disagreements }) => disagreements);
    disagreements.push(...wrong.map((text) => `seed ${seed + i}, ${text}`));
    spared += compared[0]?.spared ?? 0;
    tell(`round ${i + 1} of ${rounds}: ${disagreements.length} disagreements so far`);
  }
  return { cases: rounds * questions, telling, spared, disagreements };
}

async function compareRound(
  { name, database }: Named,
  round: Round,
  expected: Expected,
): Promise<Pick<Outcome, "spared" | "disagreements">> {
  const index = await fill(database, round);
  const disagreements: string[] = [];
  let spared = 0;
  for (const question of round.questions) {
    const wrong = await disagreementOn(index, question, expected);
    if (wrong !== undefined) disagreements.push(`${name}: ${wrong}`);
    if (await isSpared(index, question)) spared++;
  }
  return { disagreements, spared };
}

async function isSpared(
  { callerOf, circumstances }: FilledIndex,
  { subjects, criterion, sort }: Question,
): Promise<boolean> {
  const caller = await callerOf({ subjects });
  const fields = sort.map(({ property }) => searchFieldOf(property, "sort"));
  return caller.isPartial && sightOf(criterion, fields, caller, circumstances.now).by === "readers";
}

async function disagreementOn(
  index: FilledIndex,
  question: Question,
  expected: Expected,
): Promise<string | undefined> {
  const rightly = expected.found(question);
  for (const caller of await callersOf(index, question.subjects)) {
    const found = await ask(index, question, caller);
    if (isDeepStrictEqual(found, rightly)) continue;
    for (const part of partsOf(question)) {
      const smaller = await disagreementOn(index, part, expected);
      if (smaller !== undefined) return smaller;
    }
    return `${describe(question, caller)}: ${difference(question, rightly, found, expected)}`;
  }
  return undefined;
}

/** The same question with parts of its filter only. */
function partsOf(question: Question): readonly Question[] {
  const { criterion } = question;
  const parts =
    "criteria" in criterion ? criterion.criteria : "criterion" in criterion ? [criterion.criterion] : [];
  return parts.map((part) => ({ ...question, criterion: part, text: JSON.stringify(part) }));
}

function describe(
  { text, namespaces, sort, pageSize }: Question,
  { subjects, isPartial, common }: Caller,
): string {
  const kind = isPartial ? ` (partial${common ? ", with known rights" : ""})` : "";
  const who = `${JSON.stringify(subjects)}${kind}`;
  const order = sort.map(({ property, descending }) => `${descending ? "-" : "+"}${property}`);
  return `${text} for ${who} in ${namespaces ?? "all namespaces"}, sort(${order}), pages of ${pageSize}`;
}

function difference(
  { criterion }: Question,
  rightly: readonly string[],
  found: readonly string[] | string,
  expected: Expected,
): string {
  if (typeof found === "string") return found;
  const missing = rightly.find((id) => !found.includes(id));
  if (missing !== undefined) return `it should find ${expected.tellOf(missing, criterion)}`;
  const odd = found.find((id) => !rightly.includes(id));
  if (odd !== undefined) return `it should not find ${expected.tellOf(odd, criterion)}`;
  return `it should find ${rightly} in this order, but found ${found}`;
}
