// The cursor of a search: where a page ended, and of which search it is, sealed.

import { invalidRqlExpression } from "../../rql/errors.ts";
import type { SortValue } from "../wanted.ts";
import { invalidCursor } from "./errors.ts";
import type { SortEntry } from "./options.ts";
import { isBase64Url, type Seal } from "./seal.ts";

/** What a cursor stands for. A page after it is of the same search, but may have another size. */
export interface Cursor {
  readonly filter: string | undefined;
  readonly namespaces: readonly string[] | undefined;
  readonly sort: readonly SortEntry[];
  readonly after: readonly SortValue[];
}

/** Is changed with the format. Cursors of other versions are refused. */
const VERSION = 1;

type Stored = readonly [
  version: number,
  filter: string | null,
  namespaces: readonly string[] | null,
  sort: readonly (readonly [property: string, descending: boolean])[],
  after: readonly SortValue[],
];

export function printCursor({ filter, namespaces, sort, after }: Cursor, seal: Seal): string {
  const sorted = sort.map(({ property, descending }) => [property, descending] as const);
  const stored: Stored = [VERSION, filter ?? null, namespaces ?? null, sorted, after];
  return seal.close(JSON.stringify(stored));
}

/** Reads what {@link printCursor} made. Like Ditto it tells apart what is no base64, which is no option by its grammar. */
export function readCursor(text: string, seal: Seal): Cursor {
  if (!isBase64Url(text)) throw invalidRqlExpression("The cursor is not written in base64url.");
  const opened = seal.open(text);
  // Nobody else has the key, so what opens is as it was made, by this version or another.
  const stored = opened === undefined ? undefined : (JSON.parse(opened) as Stored);
  if (stored?.[0] !== VERSION) throw invalidCursor();
  const [, filter, namespaces, sort, after] = stored;
  return {
    filter: filter ?? undefined,
    namespaces: namespaces ?? undefined,
    sort: sort.map(([property, descending]) => ({ property, descending })),
    after,
  };
}

/** Refuses a cursor beside a filter or an order that are not its own; what is left out is taken from the cursor. */
export function checkCursor(
  cursor: Cursor,
  filter: string | undefined,
  sorts: readonly (readonly SortEntry[])[],
): void {
  if (filter !== undefined && filter !== cursor.filter)
    throw invalidCursor("The filter must be the one that the search with the cursor began with.");
  if (!sorts.every((sort) => isSameOrder(sort, cursor.sort)))
    throw invalidCursor("The option 'sort' must be the one that the search with the cursor began with.");
}

const isSameOrder = (a: readonly SortEntry[], b: readonly SortEntry[]): boolean =>
  JSON.stringify(effective(a)) === JSON.stringify(effective(b));

/** Without what has no effect: `thingId` is unlike for all things, and decides in the end anyway. */
function effective(sort: readonly SortEntry[]): readonly (readonly [name: string, descending: boolean])[] {
  const keys = sort.map(({ property, descending }) => [property, descending] as const);
  const last = keys.findIndex(([name]) => name === "thingId");
  return last < 0 ? [...keys, ["thingId", false]] : keys.slice(0, last + 1);
}
