// Where a search is not what it is in Ditto, on purpose.

import { as, differs, get, put, type Row, raw, row } from "../../row.ts";
import { acked, encode, finds, first, misses, own, query, search, things } from "./asking.ts";

const some = (resources: object) => ({
  entries: {
    owner: {
      subjects: { "nginx:ditto": { type: "test" } },
      resources: Object.fromEntries(
        ["thing:/", "policy:/"].map((path) => [path, { grant: ["READ", "WRITE"], revoke: [] }]),
      ),
    },
    clerk: { subjects: { "nginx:clerk": { type: "test" } }, resources },
  },
});
const reads = { grant: ["READ"], revoke: [] };
/** Gives the thing a policy of its own, by which `nginx:clerk` may read these resources. */
const clerkReads = (resources: object) => [
  put("/api/2/policies/{id}", some(resources)).gives(201),
  put("{thing}/policyId", raw('"{id}"'), acked).gives(204),
];
const clerk = as("nginx:clerk");
const another = "/api/2/things/org.acme:{name}-b";

const answers: readonly Row[] = [
  differs(
    row(
      "search attributes/{array}/{n}",
      "addresses an element of an array as well",
      first,
      misses('eq(attributes/more/list/0,"a")'),
    ),
    "keys name members of objects only",
  ),
  differs(
    row(
      "search exists(features/*)",
      "finds things with features that the caller may not read",
      ...clerkReads({ "thing:/attributes": reads }),
      finds("exists(attributes/colour)", clerk),
      misses("exists(features/*)", clerk),
    ),
    "needs READ on some feature",
  ),
  differs(
    row(
      "search empty(features/*)",
      "never holds",
      misses("empty(features/*)"),
      put("{thing}/features", {}, acked).gives(204),
      finds("empty(features/*)"),
    ),
    "holds for things without features",
  ),
  differs(
    row(
      "search for who may read a part that is not there",
      "rules at paths that a thing does not have count for nothing",
      ...clerkReads({ "thing:/": reads, "thing:/attributes/absent": { grant: [], revoke: ["READ"] } }),
      finds("empty(attributes/other)", clerk),
      misses("empty(attributes/absent)", clerk),
    ),
    "they count, so nobody finds by the absence of what he must not read",
  ),
  differs(
    row(
      "search time:now_epoch_millis",
      "is a text, with which no number compares",
      first,
      finds("lt(attributes/place/room,time:now_epoch_millis)"),
    ),
    "is a number",
  ),
  differs(
    row(
      "?option=sort",
      "sorts arrays by their least or greatest element",
      put("{thing}/attributes/list", [2]).gives(201),
      put(another, { policyId: "org.acme:policy", attributes: { list: [1] } }, acked).gives(204),
      get(
        `${things}?${query({ filter: 'like(thingId,"{id}*")', option: "sort(+attributes/list)", fields: "thingId" })}`,
      ).gives(200, { body: { items: [{ thingId: "{id}" }, { thingId: "{id}-b" }], nextPageOffset: -1 } }),
    ),
    "arrays are equal among themselves, and objects so",
  ),
  differs(
    row(
      "accept: text/event-stream",
      "what is wrong with a search is the only event of a stream",
      get(`${things}?filter=bogus(`, { accept: "text/event-stream" }).fails(400, "rql.expression.invalid"),
      get(`${things}?option=limit(0,1)`, { accept: "text/event-stream" }).fails(
        400,
        "thing-search:search.option.invalid",
      ),
      get(things, { accept: "text/event-stream", "last-event-id": "bogus" }).fails(400, "things:id.invalid"),
    ),
    "is told before the stream begins; what fails later is its last event",
  ),
];

const pattern = `${"a".repeat(2100)}*`;
const long = (count: number, item: (n: number) => string) => Array.from({ length: count }, (_, n) => item(n));

const bounds: readonly Row[] = [
  differs(
    row(
      "?filter",
      "is as long as a URI or form may be",
      search(`or(like(attributes/a,"${pattern}"),like(attributes/b,"${pattern}"))`).fails(
        400,
        "rql.expression.invalid",
      ),
      search(`exists(attributes/${"a/".repeat(100)}a)`).fails(400, "rql.expression.invalid"),
    ),
    "its patterns have at most 4,096 characters together, a path has at most 100 keys",
  ),
  differs(
    row(
      "?option=sort",
      "takes any number of fields",
      get(`${things}?option=sort(${encode(long(33, (n) => `+attributes/a${n}`).join(","))})`).fails(
        400,
        "thing-search:search.option.invalid",
      ),
    ),
    "at most 32",
  ),
  differs(
    row(
      "?namespaces",
      "takes any number",
      get(`${things}?namespaces=${long(1_001, (n) => `n${n}`).join(",")}`).fails(
        400,
        "thing-search:search.namespaces.invalid",
      ),
    ),
    "at most 1,000",
  ),
  differs(
    row(
      "?option=limit",
      "counts the offset modulo 2^32",
      get(`${things}?option=limit(4294967296,1)&filter=${encode(own("exists(thingId)"))}`).fails(
        400,
        "thing-search:search.option.invalid",
      ),
    ),
    "an offset beyond 2^31 is refused",
  ),
];

/** What a search is not as in Ditto. */
export const differingSearchRows: readonly Row[] = [...answers, ...bounds];
