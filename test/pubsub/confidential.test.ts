// What subscribers could find out by their filters and extra fields, were they judged by more than may be read.

import { expect, test } from "vitest";
import type { EntityEvent } from "../../src/signals/signal.ts";
import { specialField } from "../../src/things/thing-of-event.ts";
import { eventOf, stateOf, worldWith } from "./world.ts";

const rights = {
  all: ["thing:/"],
  some: ["thing:/attributes/open"],
  odd: ["thing:/attributes/open", "thing:/_metadata"],
};
const metadata = { attributes: { secret: { note: "classified" } } };
const members = { attributes: { open: 1, secret: 2 }, features: { hidden: {} } };
const created: EntityEvent = { ...eventOf("created", "/", members), metadata };
const subjects = ["all", "some", "odd"] as const;

test("the metadata of a new thing is told to those only who could read it", () => {
  const { listen, publish } = worldWith(rights);
  const filter = 'eq(_metadata/attributes/secret/note,"classified")';
  const [plain, filtered] = [{}, { filter }].map((wish) =>
    subjects.map((subject) => listen([subject], wish)),
  );

  publish(created, { ...stateOf(members), metadata });

  const told = plain?.map(({ got: [delivery] }) =>
    specialField(delivery?.signal as EntityEvent, undefined, "_metadata"),
  );
  expect(told).toEqual([metadata, undefined, metadata]);
  expect(filtered?.map(({ got }) => got.length)).toEqual([1, 0, 1]);
});

test("extra fields cannot be chosen by features that may not be read", () => {
  const { listen, publish } = worldWith(rights);
  const whichHas = (feature: string) =>
    `attributes/op{{ feature:id | fn:filter(feature:id,'eq','${feature}') | fn:substring-before('${feature}') }}en`;
  const listeners = subjects.map((subject) => listen([subject], { extraFields: whichHas("hidden") }));

  publish(created, stateOf(members));

  const extra = { attributes: { open: 1 } };
  expect(listeners.map(({ got: [delivery] }) => delivery?.extra)).toEqual([extra, undefined, undefined]);
});

test("extra fields cannot be chosen by headers that are not told", () => {
  const { listen, publish } = worldWith(rights);
  const headers = { condition: "x", "x-mine": "x" };
  const [condition, own] = ["condition", "x-mine"].map((name) =>
    listen(["all"], {
      extraFields: `attributes/op{{ header:${name} | fn:filter(header:${name},'eq','x') | fn:substring-before('x') }}en`,
    }),
  );

  publish(eventOf("modified", "/attributes/open", 1, headers), stateOf(members));

  expect(condition?.got[0]?.extra).toBeUndefined();
  expect(own?.got[0]?.extra).toEqual({ attributes: { open: 1 } });
});
