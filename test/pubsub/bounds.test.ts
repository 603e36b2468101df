// What one subject can make a signal cost, by sessions however many: counted, not timed.

import { expect, test } from "vitest";
import type { JsonValue } from "../../src/base/json/json.ts";
import { eventOf, type Listener, stateOf, worldWith } from "./world.ts";

const rights = { greedy: ["thing:/"], modest: ["thing:/"] };
const text = "a".repeat(90_000);
const event = eventOf("modified", "/attributes/long", text);
const members: { [key: string]: JsonValue } = {};
for (let i = 0; i < 1_000; i++)
  members[`m${i}`] = "some value or other that takes its place in a large thing".repeat(2);
const large = stateOf({ attributes: { small: 1, members } });

const told = (listeners: readonly Listener[]): number => listeners.filter(({ got }) => got.length > 0).length;

test("many costly filters of one subject give up; cheap ones and those of others go on", () => {
  const { listen, publish } = worldWith(rights);
  const costly = (i: number) =>
    `and(exists(attributes/long),ne(attributes/a,${i}),like(attributes/long,"a*"))`;
  const greedy = Array.from({ length: 200 }, (_, i) => listen(["greedy"], { filter: costly(i) }));
  const cheap = listen(["greedy"], { filter: "exists(attributes/long)" });
  const others = [listen(["modest"], { filter: costly(199) }), listen(["modest"], { filter: costly(1_000) })];

  publish(event);

  expect(told(greedy)).toBeGreaterThan(10);
  expect(told(greedy)).toBeLessThan(100);
  expect(told([cheap])).toBe(1);
  expect(told(others)).toBe(2);
});

test("a filter that looks into long arrays in many ways matches nothing", () => {
  const { listen, publish } = worldWith(rights);
  const questions = Array.from({ length: 200 }, (_, i) => `eq(attributes/long/b${i},1)`);
  const costly = listen(["greedy"], { filter: `or(${questions},exists(attributes/long))` });
  publish(
    eventOf(
      "modified",
      "/attributes/long",
      Array.from({ length: 20_000 }, () => ({})),
    ),
  );
  publish(
    eventOf(
      "modified",
      "/attributes/long",
      Array.from({ length: 20 }, () => ({})),
    ),
  );
  expect(costly.got).toHaveLength(1);
});

test("extra fields that are too much for one subject are told as an error; small ones and those of others come", () => {
  const { listen, publish } = worldWith(rights);
  const wish = (i: number) => ({ extraFields: `attributes,features/f${i}` });
  const greedy = Array.from({ length: 200 }, (_, i) => listen(["greedy"], wish(i)));
  const small = listen(["greedy"], { extraFields: "attributes/small" });
  const other = listen(["modest"], wish(199));

  publish(eventOf("modified", "/attributes/small", 1), large);

  const failed = greedy.filter(({ got }) => got[0]?.failure);
  expect(told(greedy)).toBe(200);
  expect(failed.length).toBeGreaterThan(100);
  expect(failed.length).toBeLessThan(190);
  expect(JSON.parse(failed[0]?.got[0]?.text() ?? "")).toMatchObject({
    topic: "org.acme/lamp/things/twin/errors",
    status: 500,
    value: { error: "signal.enrichment.failed" },
  });
  expect(small.got[0]?.extra).toEqual({ attributes: { small: 1 } });
  expect(other.got[0]?.extra).toEqual({ attributes: { small: 1, members } });
});
