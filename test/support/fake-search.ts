// A search that finds what a test says.

import type { FoundThing, PageStream, Search, SearchRequest } from "../../src/search/search.ts";

export const found = (id: string, text = JSON.stringify({ thingId: id })): FoundThing => ({ id, text });

/** A page of one thing for each name. */
export const pagesOf = (...names: readonly string[]): FoundThing[][] =>
  names.map((name) => [found(`org.acme:${name}`)]);

export interface FakeSearch {
  readonly search: Search;
  /** What was searched for, in order. */
  readonly requests: SearchRequest[];
  /** How many pages were read, in all. */
  readonly read: () => number;
  /** How many searches were ended before they had told everything. */
  readonly cancelled: () => number;
}

export interface FakeOptions {
  /** Whether a search knows of its last page that it is the last. */
  readonly knowsItsEnd?: boolean;
  /** Is waited for, or throws, before each page. */
  readonly before?: (page: number) => Promise<void> | void;
}

/** A search that finds the same pages whenever it is asked. */
export function fakeSearch(
  pages: readonly (readonly FoundThing[])[],
  { knowsItsEnd = false, before }: FakeOptions = {},
): FakeSearch {
  const requests: SearchRequest[] = [];
  let read = 0;
  let cancelled = 0;

  function stream(request: SearchRequest): PageStream {
    requests.push(request);
    let at = 0;
    return {
      async next() {
        read++;
        await before?.(at);
        return pages[at++];
      },
      get isOver() {
        return knowsItsEnd ? at >= pages.length : undefined;
      },
      cancel() {
        if (at <= pages.length && !(knowsItsEnd && at === pages.length)) cancelled++;
      },
    };
  }
  const search = { stream } as Search; // sessions do not use the rest
  return { search, requests, read: () => read, cancelled: () => cancelled };
}
