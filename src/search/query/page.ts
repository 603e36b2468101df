// One page of a search: which things are on it, and how the answer tells where the next one begins.

import type { Row } from "../../journal/database.ts";
import { invalidRqlExpression } from "../../rql/errors.ts";
import type { FoundPage, SearchRequest } from "../search.ts";
import { findStatement } from "../sql/find.ts";
import { normalizedSort, sortValuesOf } from "../sql/sort.ts";
import type { SortKey } from "../wanted.ts";
import type { MakeStatement } from "./ask.ts";
import { type Cursor, checkCursor, printCursor, readCursor } from "./cursor.ts";
import type { Allowed } from "./deadline.ts";
import { parseOptions, type SearchOption } from "./options.ts";
import { cursorOf, type Paging, pagingOf, sortsOf } from "./paging.ts";
import { type Subject, sortKeysOf, wantedBy } from "./subject.ts";
import type { SearchTools } from "./tools.ts";

/** Answers a request. Whatever is refused, is refused in Ditto's order: options, cursor, filter, page, order. */
export async function findPage(
  tools: SearchTools,
  request: SearchRequest,
  allowed: Allowed,
): Promise<FoundPage> {
  const { option, auth, headers, fields } = request;
  const options = option === undefined ? [] : parseOptions(option, invalidRqlExpression);
  const cursor = await cursorFor(tools, options, request);
  const subject = subjectOf(request, options, cursor);
  const wanted = wantedBy(subject, request.blocked);
  const paging = pagingOf(options, tools.settings);
  const sort = normalizedSort(sortKeysOf(subject.sort));

  const { offset, count } = paging;
  const page = { ...wanted, sort, after: cursor?.after, offset, limit: count + 1 };
  const about = { kind: "query", ...subject, correlationId: headers["correlation-id"] } as const;
  const make: MakeStatement = (...whose) => findStatement(page, ...whose);
  const rows = await tools.ask({ make, auth, now: Date.now(), about, foundIn: upTo(count) }, allowed);

  // A page of no things has one in Ditto, and no next.
  const hasNext = count > 0 && rows.length > count;
  const onPage = hasNext ? rows.slice(0, count) : rows;
  const things = await tools.read(onPage.map(idOf), { auth, headers, fields });
  const end: End = { subject, sort, isOfCursor: cursor !== undefined, last: onPage.at(-1), hasNext };
  return { things, ...(await nextPage(tools, paging, end)) };
}

/** How many rows stand for things of a page, where one more tells whether there is a next one. */
export const upTo =
  (count: number) =>
  (rows: readonly Row[]): number =>
    Math.min(count, rows.length);

export const idOf = (row: Row): string => row.id as string;

async function cursorFor(
  { seal }: SearchTools,
  options: readonly SearchOption[],
  { filter }: SearchRequest,
): Promise<Cursor | undefined> {
  const text = cursorOf(options);
  if (text === undefined) return undefined;
  const cursor = readCursor(text, await seal());
  checkCursor(cursor, filter, sortsOf(options));
  return cursor;
}

/** With a cursor, it is the search that the cursor is of; but never in other namespaces than its sender names now. */
function subjectOf(
  { filter, namespaces }: SearchRequest,
  options: readonly SearchOption[],
  cursor: Cursor | undefined,
): Subject {
  if (!cursor) return { filter, namespaces, sort: sortsOf(options).at(-1) ?? [] };
  return { ...cursor, namespaces: both(namespaces, cursor.namespaces) };
}

function both(a: Subject["namespaces"], b: Subject["namespaces"]): Subject["namespaces"] {
  if (!(a && b)) return a ?? b;
  const known = new Set(b);
  return a.filter((namespace) => known.has(namespace));
}

/** Where a page ended. */
interface End {
  readonly subject: Subject;
  readonly sort: readonly SortKey[];
  readonly isOfCursor: boolean;
  readonly last: Row | undefined;
  readonly hasNext: boolean;
}

/** As in Ditto, a page without things says that no page is at an offset behind it, however it was asked for. */
async function nextPage(
  { seal }: SearchTools,
  { by, offset, count }: Paging,
  { subject, sort, isOfCursor, last, hasNext }: End,
): Promise<Omit<FoundPage, "things">> {
  if (last === undefined) return { nextPageOffset: -1 };
  const nextPageOffset = hasNext ? offset + count : -1;
  if (by === "limit") return { nextPageOffset };
  const withOffset = by === "default" && !isOfCursor ? { nextPageOffset } : {};
  if (!hasNext) return withOffset;
  return {
    ...withOffset,
    cursor: printCursor({ ...subject, after: sortValuesOf(last, sort) }, await seal()),
  };
}
