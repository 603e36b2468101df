// Searching on the index.

import type { Row } from "../../journal/database.ts";
import type { Search, SearchRequest } from "../search.ts";
import { countStatement } from "../sql/count.ts";
import { type Ask, asking, type MakeStatement } from "./ask.ts";
import { type Allowed, deadlineOf, inTime } from "./deadline.ts";
import { findPage } from "./page.ts";
import type { SearchParts } from "./parts.ts";
import { readFound } from "./read-found.ts";
import { newSecret, Seal } from "./seal.ts";
import { streamPages } from "./stream.ts";
import { wantedBy } from "./subject.ts";
import type { SearchTools } from "./tools.ts";

/** The secret of the cursors is kept with the index, so that cursors outlive a restart. */
const SECRET_NAME = "cursor-key";

/** Searches on the index of the parts. Whoever else asks it shares `ask`, so that all take turns together. */
export function searching(parts: SearchParts, ask: Ask = asking(parts)): Search {
  const { store, read, settings } = parts;
  const tools: SearchTools = { ask, read: readFound(read), seal: lastingSeal(store), settings };
  return {
    query: async (request, signal) =>
      inTime(deadlineOf(request.headers, settings.searchTimeout), signal, (allowed) =>
        findPage(tools, request, allowed),
      ),
    count: async (request, signal) =>
      inTime(deadlineOf(request.headers, settings.searchTimeout), signal, (allowed) =>
        count(tools, request, allowed),
      ),
    stream: (request) => streamPages(tools, request),
  };
}

type CountRequest = Omit<SearchRequest, "option" | "fields">;

async function count(tools: SearchTools, request: CountRequest, allowed: Allowed): Promise<number> {
  const { filter, namespaces, blocked, auth, headers } = request;
  const wanted = wantedBy({ filter, namespaces }, blocked);
  const about = {
    kind: "count",
    filter,
    namespaces,
    sort: [],
    correlationId: headers["correlation-id"],
  } as const;
  const make: MakeStatement = (...whose) => countStatement(wanted, ...whose);
  const rows = await tools.ask({ make, auth, now: Date.now(), about, foundIn: countIn }, allowed);
  return countIn(rows);
}

const countIn = ([row]: readonly Row[]): number => Number(row?.count);

/** Made when the first cursor is; asked for again when that failed. */
function lastingSeal(store: SearchParts["store"]): SearchTools["seal"] {
  let known: Seal | undefined;
  return async () => {
    known ??= new Seal(await store.state(SECRET_NAME, newSecret));
    return known;
  };
}
