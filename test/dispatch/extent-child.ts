// Keeps entities of the text of its input, where `#` is another number in each, as the cache does; prints what one takes of the heap, and
// weighs.

import { readFileSync } from "node:fs";
import type { JsonObject } from "../../src/base/json/json.ts";
import { parseStored } from "../../src/base/json/parse.ts";
import { Held } from "../../src/dispatch/entities.ts";
import { extentOf } from "../../src/dispatch/extent.ts";

const COUNT = 5_000;
const collect = globalThis.gc as () => void;
const text = readFileSync(0, "utf8");

const textOf = (i: number) => text.replaceAll("#", String(1_000_000 + i));

const used = () => {
  collect();
  collect();
  return process.memoryUsage().heapUsed;
};

function keep(count: number): ReadonlyMap<string, Held> {
  const all = new Map<string, Held>();
  for (let i = 0; i < count; i++) {
    const value = textOf(i);
    const state = { value: parseStored(value) as JsonObject, revision: 1, created: i, modified: i };
    const held = new Held(`org.acme:thing-${i}`, state, extentOf(value), 0, false);
    held.text();
    all.set(held.id, held);
  }
  return all;
}

keep(100);
const before = used();
const all = keep(COUNT);
const heap = (used() - before) / all.size;
process.stdout.write(JSON.stringify({ heap, weight: extentOf(textOf(0)).bytes }));
