import { expect, test, vi } from "vitest";
import * as envelope from "../../src/protocol/envelope.ts";
import { extraFieldsOf } from "../../src/pubsub/extra-fields.ts";
import { signalFilter } from "../../src/pubsub/filter.ts";
import { selectionOf } from "../../src/pubsub/select.ts";
import { Scanner } from "../../src/rql/scanner.ts";
import { eventOf, liveEventOf, stateOf, worldWith } from "./world.ts";

vi.mock("../../src/protocol/envelope.ts", { spy: true });

const rights = { all: ["thing:/"], other: ["thing:/"], some: ["thing:/attributes/a"] };
const event = eventOf("modified", "/attributes", { a: 1, b: 2 });
const state = stateOf({ attributes: { a: 1, b: 2 } });

/** A selection whose filter and extra fields count how often they are asked. */
function countedSelection() {
  const selection = selectionOf({ filter: "exists(attributes/a)", extraFields: "attributes/b" });
  const filter = signalFilter("exists(attributes/a)");
  const extraFields = extraFieldsOf("attributes/b");
  const matches = vi.fn(filter.matches);
  const fieldsFor = vi.fn(extraFields.fieldsFor);
  return {
    ...{ matches, fieldsFor },
    selection: { ...selection, filter: { ...filter, matches }, extraFields: { ...extraFields, fieldsFor } },
  };
}

test("sessions with the same selection and the same rights share one delivery and one text", () => {
  const { pubsub, publish } = worldWith(rights);
  const { selection, matches, fieldsFor } = countedSelection();
  const got = { all: new Set(), some: new Set() };
  const listen = (subject: string, into: Set<unknown>) =>
    pubsub.subscribe({
      ...{ stream: "EVENTS", subjects: [subject], selection },
      subscriber: { deliver: (delivery) => void into.add(delivery).add(delivery.text()) },
    });
  for (let i = 0; i < 20; i++) listen("all", got.all);
  for (let i = 0; i < 20; i++) listen("other", got.all);
  for (let i = 0; i < 20; i++) listen("some", got.some);
  const printed = vi.mocked(envelope.printEvent);
  printed.mockClear();

  publish(event, state);

  expect([got.all.size, got.some.size]).toEqual([2, 2]);
  expect([matches, fieldsFor, printed].map((asked) => asked.mock.calls.length)).toEqual([2, 2, 2]);
});

test("nothing is printed that nobody reads", () => {
  const { listen, publish } = worldWith(rights);
  listen(["all"]);
  const printed = vi.mocked(envelope.printEvent);
  printed.mockClear();
  publish(event, state);
  expect(printed).not.toHaveBeenCalled();
});

test("a text for certain acknowledgements leaves the shared one alone", () => {
  const { listen, publish } = worldWith(rights);
  const { got } = listen(["all"]);
  publish(event, state);
  const requestedAcks = (text?: string) => JSON.parse(text as string).headers["requested-acks"];
  expect(requestedAcks(got[0]?.textWith(["lamp:on"]))).toEqual(["lamp:on"]);
  expect(requestedAcks(got[0]?.text())).toEqual([]);
});

test("sessions that may not read an event cost it neither a decision nor a filter", () => {
  const { pubsub, publish } = worldWith({ all: ["thing:/"] });
  const { selection, matches } = countedSelection();
  pubsub.subscribe({
    stream: "EVENTS",
    subjects: ["stranger"],
    selection,
    subscriber: { deliver: () => undefined },
  });
  publish(event, state);
  expect(matches).not.toHaveBeenCalled();
});

test("equal filters are compiled once", () => {
  const scanned = vi.spyOn(Scanner.prototype, "operator");
  const filter = "and(exists(attributes/once),exists(attributes/only))";
  expect(selectionOf({ filter }).filter).toBe(selectionOf({ filter }).filter);
  expect(scanned).toHaveBeenCalledTimes(3);
});

test("who subscribes anew while a signal is delivered gets the next one", () => {
  const { pubsub, publish, say } = worldWith(rights);
  let deliveries = 0;
  let end = () => {};
  const begin = (stream: "EVENTS" | "LIVE-EVENTS") => {
    end = pubsub.subscribe({
      ...{ stream, subjects: ["all"], selection: selectionOf({}) },
      subscriber: {
        deliver() {
          deliveries++;
          end();
          begin(stream);
        },
      },
    });
  };
  begin("EVENTS");
  publish(event, state);
  expect(deliveries).toBe(1);
  publish(event, state);
  expect(deliveries).toBe(2);
  end();
  begin("LIVE-EVENTS");
  say(liveEventOf("/attributes/a", 1));
  expect(deliveries).toBe(3);
});
