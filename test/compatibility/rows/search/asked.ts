// How a search is asked over HTTP, and who finds what.

import { as, get, post, put, type Row, raw, row } from "../../row.ts";
import { acked, finds, first, it, misses, nothing, own, query, search, things } from "./asking.ts";

const filterErrors = [
  "eq(attributes/colour",
  "foo(attributes/colour,1)",
  "eq(attributes/colour,1)x",
  "exists(attributes/colour) ",
  "eq(nonsense,1)",
  "eq(attributes/colour,red)",
  "not(exists(attributes/a),exists(attributes/b))",
  "like(attributes/colour,1)",
  "exists(features)",
];

export const askedRows: readonly Row[] = [
  row(
    "GET /search/things",
    "answers the things that the caller may read, as far as he may, 25 of them in the order of their IDs",
    first,
    search('eq(attributes/colour,"red")', {}, { fields: "thingId,attributes/colour,_revision" }).gives(200, {
      body: { items: [{ thingId: "{id}", attributes: { colour: "red" }, _revision: 2 }], nextPageOffset: -1 },
      headers: { "content-type": /^application\/json/, "response-required": "false", etag: null },
    }),
    get(`${things}?namespaces=org.nobody`).gives(200, nothing),
    get(`${things}/`).gives(200),
  ),
  row(
    "POST /search/things",
    "is asked in a form",
    first,
    post(things, raw(query({ filter: own("exists(attributes/colour)"), fields: "thingId" })), {
      "content-type": "application/x-www-form-urlencoded",
    }).gives(200, it),
    post(things, { filter: "exists(thingId)" }).fails(415, "mediatype.unsupported"),
    put(things, {}).gives(405),
  ),
  row(
    "GET /search/things/count",
    "answers how many there are",
    first,
    get(`${things}/count?${query({ filter: own("exists(attributes/colour)") })}`).gives(200, { body: 1 }),
    get(`${things}/count?namespaces=org.nobody`).gives(200, { body: 0 }),
    get(`${things}/count?filter=eq(`).fails(400, "rql.expression.invalid"),
  ),
  row(
    "POST /search/things/count",
    "is asked in a form",
    first,
    post(`${things}/count`, raw(query({ filter: own("exists(attributes/colour)") })), {
      "content-type": "application/x-www-form-urlencoded",
    }).gives(200, { body: 1 }),
  ),
  row(
    "?filter",
    "is an RQL expression; the refusal tells where it is wrong",
    ...filterErrors.map((filter) =>
      get(`${things}?${query({ filter })}`).fails(400, "rql.expression.invalid"),
    ),
  ),
  row(
    "?option=sort",
    "orders by fields, each with its direction; the thing ID decides last",
    first,
    get(
      `${things}?${query({ option: "sort(+thingId)", filter: own("exists(thingId)"), fields: "thingId" })}`,
    ).gives(200, it),
    get(
      `${things}?${query({ option: "sort(-attributes/place/room,+thingId),size(1)", filter: own("exists(thingId)"), fields: "thingId" })}`,
    ).gives(200, { body: { items: [{ thingId: "{id}" }] } }),
    get(`${things}?${query({ option: "sort(thingId)" })}`).fails(400, "rql.expression.invalid"),
    get(`${things}?option=`).fails(400, "rql.expression.invalid"),
  ),
  row(
    "?option=size",
    "is the length of a page: 25, at most 200",
    get(`${things}?option=size(200)&fields=thingId`).gives(200),
    get(`${things}?option=size(201)`).fails(400, "thing-search:search.option.invalid"),
    get(`${things}?option=size(0)`).fails(400, "thing-search:search.option.invalid"),
    get(`${things}?option=size(-1)`).fails(400, "rql.expression.invalid"),
  ),
  row(
    "?option=cursor",
    "goes on behind a page; what is no cursor is refused",
    get(`${things}?option=cursor(bogus)`).fails(400, "rql.expression.invalid"),
  ),
  row(
    "?option=limit",
    "skips and counts, as Ditto still has it",
    first,
    search("exists(thingId)", {}, { option: "limit(0,1)" }).gives(200, it),
    search("exists(thingId)", {}, { option: "limit(1,1)" }).gives(200, nothing),
    get(`${things}?option=limit(0,201)`).fails(400, "thing-search:search.option.invalid"),
  ),
  row(
    "search for who may read a part",
    "finds by what he may read, and nothing else; so do counts",
    first,
    finds("exists(features/light)", as("nginx:operator")),
    misses('eq(attributes/colour,"red")', as("nginx:operator")),
    finds('not(eq(attributes/colour,"red"))', as("nginx:operator")),
    get(`${things}/count?${query({ filter: own("exists(attributes/colour)") })}`, as("nginx:operator")).gives(
      200,
      { body: 0 },
    ),
    misses("exists(thingId)", as("nginx:guest")),
  ),
  row(
    "search of what was just written",
    "the acknowledgement `search-persisted` tells when a change can be found",
    put("{thing}/attributes/fresh", true, acked).gives(204),
    finds("eq(attributes/fresh,true)"),
    put("{thing}/attributes/fresh", false, {
      "requested-acks": '["twin-persisted","search-persisted"]',
    }).gives(200, {
      has: { "search-persisted": { status: 204, headers: { "response-required": false } } },
    }),
    finds("eq(attributes/fresh,false)"),
  ),
];
