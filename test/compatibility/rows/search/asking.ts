// How rows of search ask: of the things of all rows, each looks for its own.

import { get, put, raw } from "../../row.ts";

export const things = "/api/2/search/things";
export const acked = { "requested-acks": '["search-persisted"]' };
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
export const first = put("{thing}/attributes/more", raw(written), acked).gives(204);

export const encode = (text: string): string =>
  encodeURIComponent(text).replaceAll(/%7B(id|name)%7D/g, "{$1}");
export const query = (parts: Readonly<Record<string, string>>): string =>
  Object.entries(parts)
    .map(([name, value]) => `${name}=${encode(value)}`)
    .join("&");
export const own = (filter: string): string => `and(eq(thingId,"{id}"),${filter})`;
export const search = (filter: string, headers = {}, rest = {}) =>
  get(`${things}?${query({ filter: own(filter), fields: "thingId", ...rest })}`, headers);
export const it = { body: { items: [{ thingId: "{id}" }], nextPageOffset: -1 } };
export const nothing = { body: { items: [], nextPageOffset: -1 } };
export const finds = (filter: string, headers = {}) => search(filter, headers).gives(200, it);
export const misses = (filter: string, headers = {}) => search(filter, headers).gives(200, nothing);
