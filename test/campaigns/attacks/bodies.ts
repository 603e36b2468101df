// Attacks with what requests say: JSON and filters that are hard to read or to answer.

import { gzipSync } from "node:zlib";
import { type Attack, again, judge, some } from "./attack.ts";
import { ask, json, put, request } from "./wire.ts";

const THINGS = "/api/2/things";
const THING = `${THINGS}/org.attack:thing`;
const MB = 1_000_000;

const nested = (open: string, close: string, depth: number) => `${open.repeat(depth)}1${close.repeat(depth)}`;

/** What may come of a body that is fine, has no meaning, or is too large; 503 where the share of what may wait to be judged is used up. */
const JUDGED = [201, 204, 400, 413, 503];

const bodies: readonly (readonly [what: string, body: string | Buffer])[] = [
  ["1 MB of text", JSON.stringify("x".repeat(MB - 2))],
  ["2 MB of text", JSON.stringify("x".repeat(2 * MB))],
  ["100,000 arrays in one another", nested("[", "]", 100_000)],
  ["100,000 objects in one another", nested('{"a":', "}", 100_000)],
  ["arrays that never end", "[".repeat(900_000)],
  ["80,000 keys", `{${Array.from({ length: 80_000 }, (_, i) => `"k${i}":1`).join()}}`],
  ["the same key 100,000 times", `{${'"a":1,'.repeat(100_000)}"a":2}`],
  ["keys that are numbers", `{${Array.from({ length: 60_000 }, (_, i) => `"${i * 7_919}":0`).join()}}`],
  ["__proto__ of all", '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}}}'],
  ["a number of 900,000 digits", "9".repeat(900_000)],
  ["numbers of 60 digits", `[${Array.from({ length: 12_000 }, () => "7".repeat(60)).join()}]`],
  ["integers beyond a double", `[${Array.from({ length: 40_000 }, () => "9007199254740993").join()}]`],
  ["1e309", "[1e309]"],
  ["1e-999999", `[${"1e-999999,".repeat(50_000)}0]`],
  ["a key of 900 KB", JSON.stringify({ ["k".repeat(900_000)]: 1 })],
  ["escapes without end", `"${"\\u0000".repeat(140_000)}"`],
  ["halves of characters", `"${"\\ud800".repeat(140_000)}"`],
  ["no UTF-8", Buffer.alloc(900_000, 0xff)],
  ["spaces", `${" ".repeat(900_000)}1`],
  ["slashes in keys", JSON.stringify({ ["/~1~0".repeat(20_000)]: { "": 1 } })],
];

export const giantJson: Attack = {
  name: "giant-json",
  about: "JSON of 1 MB: text, nesting, keys, numbers and escapes without end",
  holdsMb: 400,
  prepare: (stage) => put(stage, THING, {}),
  run: (stage) =>
    again(stage, some(stage, 10), async (lane, nth) => {
      const [what, body] = bodies[(lane + nth) % bodies.length] as (typeof bodies)[number];
      const head = request(nth % 2 === 0 ? "PUT" : "PATCH", `${THING}/attributes/giant`, {
        headers: {
          "content-type": nth % 2 === 0 ? "application/json" : "application/merge-patch+json",
          "content-length": String(Buffer.byteLength(body)),
        },
      });
      const status = await ask(stage, Buffer.concat([Buffer.from(head), Buffer.from(body)]));
      if (!stage.stop.aborted) judge(stage, what, status, JUDGED);
    }),
};

const packed = gzipSync(Buffer.alloc(200 * MB, 0x20), { level: 9 });

export const packedBodies: Attack = {
  name: "packed-bodies",
  about: "bodies of 200 KB that are 200 MB unpacked, and WebSockets that offer to pack their messages",
  holdsMb: 100,
  run: (stage) =>
    again(stage, some(stage, 10), async (_, nth) => {
      const coding = ["gzip", "deflate", "br", "gzip, gzip"][nth % 4] as string;
      const headers = { ...json, "content-encoding": coding, "content-length": String(packed.length) };
      const head = Buffer.from(request("PUT", `${THING}/attributes/packed`, { headers }));
      const status = await ask(stage, Buffer.concat([head, packed]));
      if (!stage.stop.aborted) judge(stage, coding, status, [400, 413, 415, 503]);
    }),
};

const filters: readonly (readonly [what: string, filter: string])[] = [
  ["like with many stars", `like(attributes/text,"${"*a".repeat(500)}b")`],
  ["like with many question marks", `like(attributes/text,"${"?*".repeat(500)}")`],
  ["ilike with many stars", `ilike(attributes/text,"${"*A*".repeat(300)}")`],
  ["like that looks like an expression", `like(attributes/text,"(a+)+$${"(".repeat(200)}*")`],
  ["and within and", `${"and(".repeat(2_000)}eq(attributes/a,1)${")".repeat(2_000)}`],
  ["not within not", `${"not(".repeat(3_000)}eq(attributes/a,1)${")".repeat(3_000)}`],
  ["or of 1,000", `or(${Array.from({ length: 1_000 }, (_, i) => `eq(attributes/a${i},${i})`).join()})`],
  ["in of 10,000", `in(attributes/a,${Array.from({ length: 10_000 }, (_, i) => i).join()})`],
  ["in of 10,000 texts", `in(attributes/a,${Array.from({ length: 10_000 }, (_, i) => `"t${i}"`).join()})`],
  ["a path of 2,000", `exists(attributes${"/a".repeat(2_000)})`],
  ["any feature, any property", `like(features/*/properties/text,"${"*a".repeat(100)}")`],
  ["a text of 900 KB", `eq(attributes/a,"${"x".repeat(900_000)}")`],
  ["brackets only", "(".repeat(500_000)],
  ["a number without end", `eq(attributes/a,${"9".repeat(100_000)})`],
];

const form = { "content-type": "application/x-www-form-urlencoded" };

export const filterBombs: Attack = {
  name: "filter-bombs",
  about: "filters with many wildcards, deep and wide ones, in searches, conditions and subscriptions",
  holdsMb: 300,
  prepare: async (stage) => {
    const text = "a".repeat(10_000);
    const count = some(stage, 200);
    for (let i = 0; i < count; i++)
      await put(stage, `${THINGS}/org.attack:text-${i}`, {
        attributes: { text, a: i },
        features: { f: { properties: { text } } },
      });
  },
  run: (stage) =>
    again(stage, some(stage, 10), async (lane, nth) => {
      const [what, filter] = filters[(lane + nth) % filters.length] as (typeof filters)[number];
      const encoded = encodeURIComponent(filter);
      const asked = [
        request("POST", "/api/2/search/things", { headers: form, body: `filter=${encoded}` }),
        request("GET", `/api/2/search/things/count?filter=${encoded}`),
        request("PATCH", `${THINGS}/org.attack:text-0?condition=${encoded}`, {
          headers: { "content-type": "application/merge-patch+json" },
          body: '{"attributes":{"b":1}}',
        }),
        request("GET", `${THINGS}/org.attack:text-0`, { headers: { condition: filter.slice(0, 5_000) } }),
        request("GET", `${THINGS}?filter=${encoded}`, { headers: { accept: "text/event-stream" } }),
      ];
      const status = await ask(stage, asked[(lane + nth) % asked.length] as string);
      if (!stage.stop.aborted) judge(stage, what, status, [200, 204, 400, 412, 413, 414, 431, 503]);
    }),
};
