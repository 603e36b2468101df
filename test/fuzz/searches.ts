// Random searches: filters and options, right and wrong, over HTTP and by messages.

import fc from "fast-check";
import type { WireRequest } from "../replay/recording.ts";
import { keys } from "./words.ts";

const { string, oneof, constantFrom, array, tuple, record, nat } = fc;

const fields = oneof(
  { weight: 8, arbitrary: constantFrom("attributes/a", "attributes/a/b", "features/a/properties/b") },
  {
    weight: 8,
    arbitrary: constantFrom(
      "thingId",
      "policyId",
      "namespace",
      "definition",
      "_revision",
      "_modified",
      "_created",
    ),
  },
  { weight: 6, arbitrary: constantFrom("features/*/properties/a", "features/*", "features/a/definition") },
  {
    weight: 1,
    arbitrary: constantFrom("", "/", "attributes", "features", "_metadata", "_namespace", "a".repeat(3_000)),
  },
  { weight: 2, arbitrary: array(keys, { maxLength: 4 }).map((path) => `attributes/${path.join("/")}`) },
);
const values = oneof(
  {
    weight: 8,
    arbitrary: constantFrom('"text"', "'text'", "1", "-0.5", "1e3", "true", "null", "9007199254740993"),
  },
  { weight: 2, arbitrary: constantFrom("time:now", "time:now-1h[d]", "time:now_epoch_millis", "time:x") },
  { weight: 1, arbitrary: constantFrom("1e400", "9223372036854775808", '"\\', '"\u0000"', '"\ud800"', "") },
  { weight: 2, arbitrary: string({ unit: "binary", maxLength: 8 }).map((text) => JSON.stringify(text)) },
);
const patterns = oneof(
  {
    weight: 3,
    arbitrary: constantFrom('"*"', '"a*"', '"*x*"', '"?"', '"org.fuzz:*"', '"A*\\n?"', '"%_\\\\"'),
  },
  { weight: 1, arbitrary: constantFrom(`"${"*a".repeat(500)}"`, `"${"?".repeat(5_000)}"`) },
);

const { filter } = fc.letrec<{ filter: string }>((tie) => ({
  filter: oneof(
    { maxDepth: 4 },
    tuple(constantFrom("eq", "ne", "gt", "ge", "lt", "le"), fields, values).map(call),
    tuple(constantFrom("like", "ilike"), fields, patterns).map(call),
    tuple(constantFrom("exists", "empty"), fields).map(call),
    tuple(fields, array(values, { minLength: 1, maxLength: 4 })).map(
      ([field, list]) => `in(${[field, ...list]})`,
    ),
    tie("filter").map((inner) => `not(${inner})`),
    tuple(constantFrom("and", "or"), array(tie("filter"), { minLength: 1, maxLength: 3 })).map(
      ([name, list]) => `${name}(${list})`,
    ),
  ),
}));
const filters = oneof(
  { weight: 12, arbitrary: filter },
  { weight: 1, arbitrary: constantFrom("", "eq(", "bogus(a)", "not(".repeat(500), "and()") },
  { weight: 1, arbitrary: string({ unit: "binary", maxLength: 30 }) },
);

function call([name, ...parts]: readonly string[]): string {
  return `${name}(${parts})`;
}

const sorts = array(tuple(constantFrom("+", "-", ""), fields), { minLength: 1, maxLength: 3 }).map(
  (entries) => `sort(${entries.map(([sign, field]) => sign + field)})`,
);
const options = oneof(
  { weight: 4, arbitrary: sorts },
  {
    weight: 4,
    arbitrary: constantFrom("size(1)", "size(200)", "limit(0,1)", "limit(5,3)", "sort(+thingId),size(2)"),
  },
  {
    weight: 1,
    arbitrary: constantFrom(
      "size(0)",
      "size(201)",
      "limit(-1,1)",
      "limit(99999999999,1)",
      "cursor(x)",
      "cursor(",
      "",
    ),
  },
);
const groups = constantFrom(
  "attributes/a",
  "attributes/a,features/a/properties/b",
  "truncate(_modified,1h)",
  "truncate(attributes/a,7mo)",
  "truncate(",
  "features/*/properties/a",
  "",
);
const aggregates = constantFrom(
  "count",
  "avg(attributes/a),p95(_revision)",
  "min(thingId)",
  "p101(a)",
  "sum(",
  "",
);
const namespaces = constantFrom("org.fuzz", "org.fuzz,org.none", "org.*", ",", "");
const selected = constantFrom("thingId", "thingId,attributes(a,b)", "_revision,_metadata,_policy", "a(", "");

const parameters = record(
  { filter: filters, option: options, namespaces, fields: selected, groupBy: groups, aggregates },
  { requiredKeys: [] },
);
const headers = record(
  {
    accept: constantFrom("text/event-stream", "application/json", "text/*", "x"),
    "last-event-id": constantFrom("org.fuzz:a", "org.fuzz:none", "x", ""),
    timeout: constantFrom("0", "1ms", "5s", "x"),
    "response-required": constantFrom("true", "false"),
  },
  { requiredKeys: [] },
);
const search = "/api/2/search/things";

/** A search over HTTP, by its URI or by a form. */
export const searchRequests: fc.Arbitrary<WireRequest> = record({
  path: constantFrom(search, search, search, `${search}/`, `${search}/count`, `${search}/aggregate`),
  method: constantFrom("GET", "GET", "GET", "POST", "POST", "PUT", "HEAD"),
  parameters,
  headers,
  subject: constantFrom("nginx:ditto", "nginx:ditto", "nginx:other", "a,b"),
  dice: nat(30),
}).map(({ path, method, parameters, headers, subject, dice }) => {
  const text = Object.entries(parameters)
    .map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`)
    .join("&");
  const given = { ...headers, "x-ditto-pre-authenticated": subject };
  if (method !== "POST") return { method, path: `${path}?${text}`, headers: given };
  const type = dice === 0 ? "application/json" : "application/x-www-form-urlencoded";
  return { method, path, headers: { ...given, "content-type": type }, body: dice === 1 ? `${text}%` : text };
});

const ids = oneof(
  { weight: 9, arbitrary: nat(9).map(String) },
  { weight: 1, arbitrary: constantFrom("x", "", "__proto__") },
);
const demands = constantFrom<unknown>(1, 1, 3, 1e300, 0, -1, 0.5, "1", null);

/** What a session says of its searches. */
export const searchMessages: fc.Arbitrary<string> = oneof(
  tuple(
    constantFrom("subscribe"),
    parameters.map(({ option, namespaces, fields: _, ...rest }) => ({
      ...rest,
      ...(option !== undefined && { options: option }),
      ...(namespaces !== undefined && { namespaces: namespaces.split(",") }),
    })),
  ),
  tuple(
    constantFrom("request", "request", "cancel"),
    record({ subscriptionId: ids, demand: demands }, { requiredKeys: ["subscriptionId"] }),
  ),
  tuple(constantFrom("subscribe", "request", "cancel", "created"), fc.jsonValue({ maxDepth: 2 })),
).map(([action, value]) =>
  JSON.stringify({ topic: `_/_/things/twin/search/${action}`, headers: {}, path: "/", value }),
);
