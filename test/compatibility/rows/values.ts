// JSON as it is stored and addressed: merges, keys, numbers, encoded paths, sizes.

import { as, del, differs, get, patch, put, type Row, raw, row } from "../row.ts";

const attributes = "{thing}/attributes";
const properties = "{thing}/features/light/properties";

const merges: readonly Row[] = [
  row(
    "a merge",
    "null deletes, objects are merged, anything else is replaced",
    patch(attributes, { place: { room: null, side: "left" }, list: [1, 2], colour: { a: 1 } }).gives(204),
    get(attributes).gives(200, {
      body: { colour: { a: 1 }, place: { floor: 2, side: "left" }, list: [1, 2] },
    }),
    patch(`${attributes}/list`, [3]).gives(204),
    patch(`${attributes}/colour`, 5).gives(204),
    patch(`${attributes}/colour`, { x: { y: null, z: 1 } }).gives(204),
    patch(`${attributes}/place`, null).gives(204),
    get(attributes).gives(200, { body: { colour: { x: { z: 1 } }, list: [3] } }),
  ),
  row(
    "a merge",
    "makes what is missing on the way",
    patch("{thing}/features/fan/properties/speed/now", 5).gives(204),
    get("{thing}/features/fan").gives(200, { body: { properties: { speed: { now: 5 } } } }),
  ),
  row(
    "a merge",
    "cannot take away the thing, its id or its policy",
    patch("{thing}", null).fails(400, "things:merge.invalid"),
    patch("{thing}", [1]).fails(400, "json.invalid"),
    patch("{thing}", { policyId: null }).fails(400, "things:policyId.notdeletable"),
    patch("{thing}", { thingId: "org.acme:other" }).fails(400, "things:id.notsettable"),
  ),
  row(
    "a merge",
    "needs WRITE on everything it touches",
    patch("{thing}", { features: { light: { properties: { on: true } } } }, as("nginx:operator")).gives(204),
    patch("{thing}", { attributes: { a: 1 }, features: { fan: {} } }, as("nginx:operator")).fails(
      403,
      "things:thing.notmodifiable",
    ),
    get("{thing}/features/fan").fails(404, "things:feature.notfound"),
  ),
  row(
    "a merge",
    "`{{ ~regex~ }}` with null deletes every key that matches",
    patch(properties, { "k-1": 1, "k-2": 2 }).gives(204),
    patch(properties, { "{{ ~k-.*~ }}": null, n: 1 }).gives(204),
    get(`${properties}?fields=k-1,k-2,n,on`).gives(200, { body: { on: false, n: 1 } }),
    patch(properties, { "{{ ~k-(~ }}": null }).fails(400, "things:merge.invalid"),
    patch(properties, { "{{ /k/ }}": null }).fails(400, "json.key.invalid"),
  ),
];

const jsonPatch = { "content-type": "application/json-patch+json" };

const additions: readonly Row[] = [
  differs(
    row(
      "application/json-patch+json",
      "is no media type of PATCH",
      patch(
        attributes,
        [
          { op: "replace", path: "/colour", value: "blue" },
          { op: "remove", path: "/place" },
        ],
        jsonPatch,
      ).gives(204),
      get(attributes).gives(200, { body: { colour: "blue" } }),
    ),
    "an addition: RFC 6902 at every level, as a whole or not at all",
  ),
];

const keys: readonly Row[] = [
  row(
    "a key",
    "holds no slash, no character of U+0000–U+001F and U+007F–U+00FF, and is not empty",
    put(attributes, { "a/b": 1 }).fails(400, "json.key.invalid"),
    put(attributes, { ü: 1 }).fails(400, "json.key.invalid"),
    put(attributes, { "a\u0001": 1 }).fails(400, "json.key.invalid"),
    put(attributes, { "": 1 }).fails(400, "json.invalid"),
    put("{thing}/features/a%2Fb", {}).fails(400, "json.key.invalid"),
    put("{thing}/features/%C3%BC", {}).fails(400, "json.key.invalid"),
    put(attributes, { "€ ~%.$": 1, __proto__x: 2 }).gives(204),
  ),
  row(
    "a path",
    "is decoded: `%2F` separates, `+` is itself, `~0` is a tilde, a second `%` is kept",
    put(attributes, { a: { "b c": 1, "b+c": 2 }, "~t": 3, "%41": 4 }).gives(204),
    get(`${attributes}/a/b%20c`).gives(200, { body: 1 }),
    get(`${attributes}/a%2Fb%20c`).gives(200, { body: 1 }),
    get(`${attributes}/a/b+c`).gives(200, { body: 2 }),
    get(`${attributes}/~0t`).gives(200, { body: 3 }),
    get(`${attributes}/%2541`).gives(200, { body: 4 }),
    get(`${attributes}/%C3%BC`).fails(400, "json.key.invalid"),
    put(`${attributes}/a//b`, 1).fails(400, "json.pointer.invalid"),
  ),
  row(
    "a number",
    "integers are exact to 64 bits, larger ones refused; decimals are doubles",
    put(`${attributes}/n`, raw('{"i":9007199254740993,"m":-9223372036854775808,"d":0.1}')).gives(201),
    get(`${attributes}/n`).gives(200, {
      text: /^\{"i":9007199254740993,"m":-9223372036854775808,"d":0\.1\}$/,
    }),
    put(`${attributes}/n`, raw("123456789012345678901234567890")).fails(400, "json.invalid"),
  ),
  row(
    "a JSON text",
    "of several equal keys the last counts; what is no JSON is refused; none at all as well",
    put(`${attributes}/n`, raw('{"a":1,"a":2}')).gives(201, { body: { a: 2 } }),
    put(`${attributes}/n`, raw("notjson")).fails(400, "json.invalid"),
    put(`${attributes}/n`, raw('{"a":')).fails(400, "json.invalid"),
    put(`${attributes}/n`, raw("")).fails(400, "json.format.invalid"),
  ),
  row(
    "the size of a thing",
    "is at most 102,400 characters",
    put(`${attributes}/big`, "x".repeat(90_000)).gives(201),
    put(`${attributes}/bigger`, "x".repeat(20_000)).fails(413, "things:thing.toolarge"),
    del(`${attributes}/big`).gives(204),
    put(`${attributes}/bigger`, "x".repeat(20_000)).gives(201),
  ),
];

export const valueRows: readonly Row[] = [...merges, ...additions, ...keys];
