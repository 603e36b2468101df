// Whether some groups of things are predicted otherwise than others.

import { isRawNumber, type JsonObject, type JsonValue, putKey } from "../../../base/json/json.ts";
import { rounded, shareOf } from "../statistics/rounded.ts";
import { ownCopy } from "./own-copy.ts";

/** Groups beyond are one. */
const MOST_GROUPS = 50;
const OTHER = "other";
/** With fewer predictions, or judged ones, a group is not compared. */
const ENOUGH = 30;
/** Characters of a group's name. */
const NAME = 100;

interface GroupSums {
  count: number;
  sum: number;
  judged: number;
  errors: number;
}

/** The name of a group, which a text, number or boolean gives; `undefined` where a thing has none. */
export function groupName(value: JsonValue | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return ownCopy(value, NAME);
  if (isRawNumber(value)) return ownCopy(value.rawJSON, NAME);
  return typeof value === "object" ? OTHER : String(value);
}

/** Keeps sums by group of the newest predictions: of between one and two generations of `size`. */
export class Groups {
  readonly #size: number;
  #young = new Map<string, GroupSums>();
  #old: ReadonlyMap<string, GroupSums> = new Map();
  /** Of both generations. */
  #names = 0;
  #count = 0;

  constructor(size: number) {
    this.#size = size;
  }

  add(group: string, value: number): void {
    if (!Number.isFinite(value)) return;
    if (this.#count >= this.#size) this.#age();
    this.#count++;
    const sums = this.#sumsOf(group);
    sums.count++;
    sums.sum += value;
  }

  judged(group: string, error: number): void {
    const sums = this.#sumsOf(group);
    sums.judged++;
    sums.errors += error;
  }

  /** The largest difference between the means of two groups; `undefined` where fewer than two have enough predictions. */
  difference(): number | undefined {
    return spread([...this.#merged().values()].filter(({ count }) => count >= ENOUGH).map(meanOf));
  }

  json(): JsonObject {
    const groups: { [name: string]: JsonValue } = {};
    const merged = this.#merged();
    for (const [name, sums] of merged)
      putKey(groups, name, {
        count: sums.count,
        mean: rounded(shareOf(sums.sum, sums.count)),
        judged: sums.judged,
        error: rounded(shareOf(sums.errors, sums.judged)),
      });
    const judged = [...merged.values()].filter((sums) => sums.judged >= ENOUGH);
    return {
      groups,
      difference: rounded(this.difference()),
      errorDifference: rounded(spread(judged.map((sums) => sums.errors / sums.judged))),
    };
  }

  #age(): void {
    this.#old = this.#young;
    this.#young = new Map();
    this.#names = this.#old.size;
    this.#count = 0;
  }

  #sumsOf(group: string): GroupSums {
    const known = this.#young.get(group);
    if (known) return known;
    const isNew = !this.#old.has(group);
    if (isNew && this.#names >= MOST_GROUPS && group !== OTHER) return this.#sumsOf(OTHER);
    if (isNew && group !== OTHER) this.#names++;
    const sums: GroupSums = { count: 0, sum: 0, judged: 0, errors: 0 };
    this.#young.set(group, sums);
    return sums;
  }

  #merged(): ReadonlyMap<string, GroupSums> {
    const merged = new Map<string, GroupSums>();
    for (const sums of [this.#old, this.#young])
      for (const [name, own] of sums) {
        const known = merged.get(name) ?? { count: 0, sum: 0, judged: 0, errors: 0 };
        merged.set(name, {
          count: known.count + own.count,
          sum: known.sum + own.sum,
          judged: known.judged + own.judged,
          errors: known.errors + own.errors,
        });
      }
    return merged;
  }
}

const meanOf = ({ sum, count }: GroupSums): number => sum / count;

const spread = (means: readonly number[]): number | undefined =>
  means.length < 2 ? undefined : Math.max(...means) - Math.min(...means);
