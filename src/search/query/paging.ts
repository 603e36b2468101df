// Which page of a search its options ask for.

import { invalidCursor, invalidOption } from "./errors.ts";
import type { SearchOption, SortEntry } from "./options.ts";

export interface PageSizes {
  readonly searchDefaultPageSize: number;
  readonly searchMaxPageSize: number;
}

export interface Paging {
  /** Absent where no option says how to sort. */
  readonly sort: readonly SortEntry[] | undefined;
  readonly offset: number;
  readonly count: number;
  /** Which option said how many things the page has: it decides how an answer tells where the next one begins. */
  readonly by: "limit" | "size" | "default";
}

type OptionOf<K extends SearchOption["kind"]> = Extract<SearchOption, { kind: K }>;

const ofKind = <K extends SearchOption["kind"]>(options: readonly SearchOption[], kind: K) =>
  options.filter((option): option is OptionOf<K> => option.kind === kind);

/** A `size` and a `cursor` stand alone, the latter beside no `limit`; other options count where they stand last. */
export function cursorOf(options: readonly SearchOption[]): string | undefined {
  const [size, ...moreSizes] = ofKind(options, "size");
  if (moreSizes.length > 0) throw invalidOption("Give at most one option 'size'.");
  if (size?.size === 0) throw invalidOption("The option 'size' is at least 1.");
  const [cursor, ...moreCursors] = ofKind(options, "cursor");
  if (moreCursors.length > 0) throw invalidCursor("Give at most one option 'cursor'.");
  if (cursor && ofKind(options, "limit").length > 0)
    throw invalidCursor("The options 'cursor' and 'limit' exclude each other.");
  return cursor?.cursor;
}

/** All that options say how to sort, in their order. */
export const sortsOf = (options: readonly SearchOption[]): readonly (readonly SortEntry[])[] =>
  ofKind(options, "sort").map(({ entries }) => entries);

/** The page that options ask for. Refuses one that is larger than it may be. */
export function pagingOf(options: readonly SearchOption[], sizes: PageSizes): Paging {
  const max = sizes.searchMaxPageSize;
  let offset = 0;
  let count = sizes.searchDefaultPageSize;
  for (const option of options) {
    if (option.kind === "limit") {
      offset = within(option.offset, 2 ** 31 - 1, "offset of the option 'limit'");
      count = within(option.count, max, "count of the option 'limit'");
    } else if (option.kind === "size") {
      offset = 0;
      count = within(option.size, max, "option 'size'");
    }
  }
  return { sort: sortsOf(options).at(-1), offset, count, by: saidBy(options) };
}

function saidBy(options: readonly SearchOption[]): Paging["by"] {
  if (options.some(({ kind }) => kind === "limit")) return "limit";
  return options.some(({ kind }) => kind === "size") ? "size" : "default";
}

/** The pages of a stream, which knows `sort` and `size` only. */
export function streamPagingOf(
  options: readonly SearchOption[],
  sizes: PageSizes,
): Pick<Paging, "sort" | "count"> {
  const other = options.find(({ kind }) => kind !== "sort" && kind !== "size");
  if (other) throw invalidOption(`The option '${other.kind}' is not possible here.`);
  const [sort, ...more] = sortsOf(options);
  if (more.length > 0) throw invalidOption("Give at most one option 'sort'.");
  const [size] = ofKind(options, "size");
  if (!size) return { sort, count: sizes.searchDefaultPageSize };
  if (size.size === 0) throw invalidOption("The option 'size' is at least 1.");
  return { sort, count: within(size.size, sizes.searchMaxPageSize, "option 'size'") };
}

function within(value: number, max: number, what: string): number {
  if (value < 0 || value > max) throw invalidOption(`The ${what} is ${value}, but must be from 0 to ${max}.`);
  return value;
}
