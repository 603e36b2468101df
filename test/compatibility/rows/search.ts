// What search finds, for whom, in which order, and how it is asked: over HTTP and by messages.

import { as, differs, get, post, put, type Row, raw, row, saidBy, say } from "../row.ts";

const things = "/api/2/search/things";
const acked = { "requested-acks": '["search-persisted"]' };
/** Gives the row's thing more to be found by, and waits until it is found by it. */
const more = {
  list: ["a", 2, { k: "v" }],
  none: null,
  note: "",
  tall: 1.5,
  big: "BIG",
  text: "Line\ntwo",
};
const written = JSON.stringify(more).replace('"BIG"', "9007199254740993");
const first = put("{thing}/attributes/more", raw(written), acked).gives(204);

const encode = (text: string): string => encodeURIComponent(text).replaceAll(/%7B(id|name)%7D/g, "{$1}");
const query = (parts: Readonly<Record<string, string>>): string =>
  Object.entries(parts)
    .map(([name, value]) => `${name}=${encode(value)}`)
    .join("&");
const own = (filter: string): string => `and(eq(thingId,"{id}"),${filter})`;
const search = (filter: string, headers = {}, rest = {}) =>
  get(`${things}?${query({ filter: own(filter), fields: "thingId", ...rest })}`, headers);
const it = { body: { items: [{ thingId: "{id}" }], nextPageOffset: -1 } };
const nothing = { body: { items: [], nextPageOffset: -1 } };
const finds = (filter: string, headers = {}) => search(filter, headers).gives(200, it);
const misses = (filter: string, headers = {}) => search(filter, headers).gives(200, nothing);

/** One row for an operator: what it finds, and what it does not. */
const operator = (name: string, says: string, found: readonly string[], missed: readonly string[]): Row =>
  row(
    `search ${name}`,
    says,
    first,
    ...found.map((filter) => finds(filter)),
    ...missed.map((filter) => misses(filter)),
  );

const operators: readonly Row[] = [
  operator(
    "eq",
    "holds for an equal value of the same type, in an array for any element; `null` equals null, and nothing that is absent",
    [
      'eq(attributes/colour,"red")',
      "eq(attributes/colour,'red')",
      'eq(/attributes/colour,"red")',
      'eq(attributes/more/list,"a")',
      'eq(attributes/more/list/k,"v")',
      "eq(attributes/more/none,null)",
      "eq(features/light/properties/on,false)",
      "eq(attributes/more/big,9007199254740993)",
      'eq(definition,"org.acme:lamp:1.0.0")',
      'eq(policyId,"org.acme:policy")',
      'eq(namespace,"org.acme")',
    ],
    [
      'eq(attributes/place/room,"1")',
      'eq(attributes/colour,"RED")',
      "eq(attributes/absent,null)",
      "eq(attributes/more/big,9007199254740992)",
    ],
  ),
  operator(
    "ne",
    "holds for a value that is there and not equal; of an array no element may be",
    ['ne(attributes/colour,"blue")', 'ne(attributes/place/room,"1")', "ne(attributes/more/list,3)"],
    ["ne(attributes/absent,1)", 'ne(attributes/more/list,"a")', "ne(attributes/place/room,1)"],
  ),
  operator(
    "gt, ge, lt, le",
    "compare values of one type: numbers, texts by code point, false with true",
    [
      "gt(attributes/place/room,0)",
      "ge(attributes/place/room,1)",
      "lt(attributes/place/room,1.5)",
      "le(attributes/more/tall,1.5)",
      'gt(attributes/colour,"blue")',
      "ge(attributes/more/list,2)",
      "lt(features/light/properties/on,true)",
      "lt(_created,time:now+1h)",
      'gt(_modified,"2020-01-01T00:00:00Z")',
      "ge(_revision,1)",
    ],
    [
      'gt(attributes/place/room,"0")',
      "lt(attributes/place/room,1)",
      "gt(attributes/colour,1)",
      "gt(attributes/absent,0)",
    ],
  ),
  operator(
    "in",
    "holds if one of the values is equal",
    ['in(attributes/colour,"blue","red")', 'in(attributes/more/list,7,"a")', "in(attributes/place/room,1)"],
    ['in(attributes/colour,"blue","green")', 'in(attributes/place/room,"1")'],
  ),
  operator(
    "like",
    "holds for a text by a pattern of `*` and `?`, as a whole",
    [
      'like(attributes/colour,"r*")',
      'like(attributes/colour,"*e*")',
      'like(attributes/colour,"?ed")',
      'like(thingId,"org.acme:*")',
      'like(attributes/more/text,"Line*")',
      'like(attributes/more/list,"?")',
    ],
    [
      'like(attributes/colour,"e")',
      'like(attributes/colour,"R*")',
      'like(attributes/place/room,"*")',
      'like(attributes/more/text,"L*o")',
    ],
  ),
  operator(
    "ilike",
    "is `like` whatever the case",
    ['ilike(attributes/colour,"R*")', 'ilike(attributes/colour,"?ED")'],
    ['ilike(attributes/colour,"E")'],
  ),
  operator(
    "exists",
    "holds for what is there, be it null",
    [
      "exists(attributes/more/none)",
      "exists(attributes/place)",
      "exists(features/light)",
      "exists(features/*)",
      "exists(features/*/properties/on)",
      "exists(features/light/definition)",
      "exists(definition)",
      "exists(attributes/more/list/k)",
    ],
    ["exists(attributes/absent)", "exists(features/dark)", "exists(features/*/properties/absent)"],
  ),
  operator(
    "empty",
    'holds for what is absent, null, "", [] or {}',
    [
      "empty(attributes/absent)",
      "empty(attributes/more/none)",
      "empty(attributes/more/note)",
      "empty(features/dark)",
    ],
    ["empty(attributes/colour)", "empty(features/light/properties/on)", "empty(attributes/more/list)"],
  ),
  operator(
    "and, or, not",
    "combine",
    [
      'or(eq(attributes/colour,"blue"),eq(attributes/colour,"red"))',
      'not(eq(attributes/colour,"blue"))',
      "not(exists(attributes/absent))",
      'and(exists(attributes/place),not(or(eq(attributes/colour,"blue"),exists(attributes/absent))))',
    ],
    ['not(eq(attributes/colour,"red"))', 'and(exists(attributes/place),eq(attributes/colour,"blue"))'],
  ),
  operator(
    "features/*",
    "stands for some feature",
    [
      "eq(features/*/properties/level/now,5)",
      "gt(features/*/desiredProperties/level/now,5)",
      'eq(features/*/definition,"org.acme:light:1.0.0")',
    ],
    ["eq(features/*/properties/level/now,6)", "not(exists(features/*))"],
  ),
];

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

const asked: readonly Row[] = [
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
    ).gives(200, it),
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

const differing: readonly Row[] = [
  differs(
    row(
      "search attributes/{array}/{n}",
      "addresses nothing",
      first,
      misses('eq(attributes/more/list/0,"a")'),
    ),
    "MongoDB takes a number in a path for a place in an array as well",
  ),
  differs(
    row(
      "search exists(features/*)",
      "needs READ on some feature",
      first,
      misses("exists(features/*)", as("nginx:guest")),
    ),
    "Ditto does not ask whether the caller may read the feature",
  ),
  differs(
    row(
      "search time:now_epoch_millis",
      "compares with numbers too",
      first,
      finds("lt(attributes/place/room,time:now_epoch_millis)"),
    ),
    "in Ditto's search it is a text, and no number compares with it",
  ),
];

const topic = (what: string) => `_/_/things/twin/search/${what}`;
const tell = (what: string, value: object, parts: object = {}) =>
  say({ topic: topic(what), headers: { "correlation-id": "c" }, path: "/", value, ...parts });

const messages: readonly Row[] = [
  row(
    "things/twin/search/subscribe",
    "opens a search; its things come in pages, as many as are requested, then its end",
    first,
    tell(
      "subscribe",
      { filter: own("exists(attributes/colour)"), options: "size(1),sort(+thingId)" },
      { fields: "thingId" },
    ).answers({
      topic: topic("created"),
      headers: { "correlation-id": "c", "content-type": "application/json" },
      path: "/",
      value: { subscriptionId: "0" },
    }),
    tell("request", { subscriptionId: "0", demand: 3 }).answers({
      topic: topic("next"),
      value: { subscriptionId: "0", items: [{ thingId: "{id}" }] },
    }),
  ),
  row(
    "things/twin/search/request",
    "of a search that is not there fails",
    tell("request", { subscriptionId: "x", demand: 1 }).answers({
      topic: topic("failed"),
      value: { subscriptionId: "x", error: { status: 404, error: "thing-search:subscription.not.found" } },
    }),
  ),
  row(
    "things/twin/search/cancel",
    "ends a search; of one that is not there it fails",
    saidBy(
      "nginx:reader",
      tell("cancel", { subscriptionId: "x" }).answers({
        topic: topic("failed"),
        value: { subscriptionId: "x", error: { status: 404, error: "thing-search:subscription.not.found" } },
      }),
    ),
  ),
];

export const searchRows: readonly Row[] = [...asked, ...operators, ...differing];
export const searchMessageRows: readonly Row[] = messages;
