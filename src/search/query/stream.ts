// A search without end: page after page as they are asked for, each by a statement of its own that goes on behind the last.

import { isNamespacedId } from "../../base/ids.ts";
import { thingIdInvalid, thingNotFound } from "../../things/errors.ts";
import type { FoundThing, PageStream, SearchRequest } from "../search.ts";
import { findStatement } from "../sql/find.ts";
import { normalizedSort, sortValuesOf } from "../sql/sort.ts";
import type { SortKey, SortValue, Wanted } from "../wanted.ts";
import type { MakeStatement } from "./ask.ts";
import { type Allowed, deadlineOf, inTime } from "./deadline.ts";
import { invalidOption } from "./errors.ts";
import { parseOptions } from "./options.ts";
import { idOf, upTo } from "./page.ts";
import { streamPagingOf } from "./paging.ts";
import { type Subject, sortKeysOf, thingOf, wantedBy } from "./subject.ts";
import type { SearchTools } from "./tools.ts";

export type StreamRequest = SearchRequest & { readonly after?: string | undefined };

export function streamPages(tools: SearchTools, request: StreamRequest): PageStream {
  const cancelled = new AbortController();
  const deadline = deadlineOf({}, tools.settings.searchTimeout);
  let pages: Pages | undefined;
  let isOver = false;

  async function nextPage(allowed: Allowed): Promise<readonly FoundThing[] | undefined> {
    pages ??= await Pages.open(tools, request, allowed);
    return pages.next(allowed);
  }

  return {
    async next() {
      try {
        // What is found may have become unreadable in the meantime; a page without things tells nobody anything.
        while (!isOver) {
          const things = await inTime(deadline, cancelled.signal, nextPage);
          if (things === undefined) isOver = true;
          else if (things.length > 0) return things;
        }
      } catch (error) {
        isOver = true;
        if (!cancelled.signal.aborted) throw error;
      }
      return undefined;
    },
    get isOver() {
      return isOver || pages?.isAtEnd === true;
    },
    cancel() {
      isOver = true;
      cancelled.abort();
    },
  };
}

/** The place that a stream has reached. */
class Pages {
  readonly #tools: SearchTools;
  readonly #request: StreamRequest;
  readonly #subject: Subject;
  readonly #wanted: Wanted;
  readonly #sort: readonly SortKey[];
  readonly #count: number;
  /** One time for all pages, so that they are of one search. */
  readonly #now = Date.now();
  #after: readonly SortValue[] | undefined;
  #hasNext = true;

  private constructor(tools: SearchTools, request: StreamRequest) {
    const { filter, namespaces, blocked, option } = request;
    this.#tools = tools;
    this.#request = request;
    this.#wanted = wantedBy({ filter, namespaces }, blocked);
    const options = option ? parseOptions(option, invalidOption) : [];
    const { sort = [], count } = streamPagingOf(options, tools.settings);
    this.#subject = { filter, namespaces, sort };
    this.#sort = normalizedSort(sortKeysOf(sort));
    this.#count = count;
  }

  static async open(tools: SearchTools, request: StreamRequest, allowed: Allowed): Promise<Pages> {
    const pages = new Pages(tools, request);
    if (request.after) pages.#after = await pages.#placeOf(request.after, allowed);
    return pages;
  }

  get isAtEnd(): boolean {
    return !this.#hasNext;
  }

  /** The next page, which may have no things; `undefined` after the last. */
  async next(allowed: Allowed): Promise<readonly FoundThing[] | undefined> {
    if (!this.#hasNext) return undefined;
    const { auth, headers, fields } = this.#request;
    const rows = await this.#find({ ...this.#wanted, after: this.#after, limit: this.#count + 1 }, allowed);
    const onPage = rows.slice(0, this.#count);
    const things = await this.#tools.read(onPage.map(idOf), { auth, headers, fields });
    this.#hasNext = rows.length > onPage.length;
    const last = onPage.at(-1);
    if (last) this.#after = sortValuesOf(last, this.#sort);
    return things;
  }

  /** Where a thing stands in the order, as the caller sees it. One that is gone has its place among the ids only. */
  async #placeOf(id: string, allowed: Allowed): Promise<readonly SortValue[]> {
    if (!isNamespacedId(id)) throw thingIdInvalid(id);
    const [row] = await this.#find({ criterion: thingOf(id), limit: 1 }, allowed);
    if (row) return sortValuesOf(row, this.#sort);
    const [first] = this.#sort;
    if (first?.field.kind === "column" && first.field.column === "id") return [{ plain: id }];
    throw thingNotFound(id);
  }

  #find(page: Wanted & { after?: readonly SortValue[] | undefined; limit: number }, allowed: Allowed) {
    const { auth, headers } = this.#request;
    const about = { kind: "stream", ...this.#subject, correlationId: headers["correlation-id"] } as const;
    const sort = this.#sort;
    const make: MakeStatement = (...whose) => findStatement({ ...page, sort }, ...whose);
    return this.#tools.ask({ make, auth, now: this.#now, about, foundIn: upTo(this.#count) }, allowed);
  }
}
