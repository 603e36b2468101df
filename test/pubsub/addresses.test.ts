// Who asked for single things, boxes or namespaces only is met by no other signal.

import { expect, test, vi } from "vitest";
import { addressOfBox } from "../../src/pubsub/addresses.ts";
import { audiences, type Group } from "../../src/pubsub/audiences.ts";
import { signalFilter } from "../../src/pubsub/filter.ts";
import { selectionOf } from "../../src/pubsub/select.ts";
import { eventOf, id, messageOf, worldWith } from "./world.ts";

const rights = { all: ["thing:/", "message:/"] };
const event = eventOf("modified", "/attributes/a", 1);

test("streams of single things cost only the events of these, whoever opened them", () => {
  const listening = audiences();
  for (let i = 0; i < 100; i++) {
    const selection = selectionOf({ about: [`org.acme:thing-${i}`, `org.acme:other-${i}`] });
    listening.join(
      { stream: "EVENTS", subjects: [`user-${i}`, "all"], selection, subscriber: { deliver: vi.fn() } },
      0,
    );
  }
  const met = (about: string) => [...listening.of({ ...event, id: about }, new Set(["all"]))];
  expect(met("org.acme:thing-7").map(({ audience }: Group) => audience.subjects[0])).toEqual(["user-7"]);
  expect(met("org.acme:other-7")).toHaveLength(1);
  expect(met("org.acme:unwanted")).toEqual([]);
  expect([...listening.of({ ...event, id: "org.acme:thing-7" }, new Set(["stranger"]))]).toEqual([]);
});

test("sessions that name namespaces cost only the signals of these", () => {
  const listening = audiences();
  for (let i = 0; i < 100; i++) {
    const selection = selectionOf({ namespaces: `org.n${i},org.m${i}` });
    listening.join({ stream: "EVENTS", subjects: ["all"], selection, subscriber: { deliver: vi.fn() } }, 0);
  }
  const met = (about: string) => [...listening.of({ ...event, id: about }, new Set(["all"]))];
  expect(met("org.n5:lamp")).toHaveLength(1);
  expect(met("org.acme:lamp")).toEqual([]);
});

test("a box is told of what is put into it, whatever the other boxes get", () => {
  const { listen, say } = worldWith(rights);
  const boxes = {
    any: listen(["all"], { stream: "MESSAGES" }),
    inbox: listen(["all"], { stream: "MESSAGES", about: [addressOfBox({ id, direction: "to" })] }),
    asked: listen(["all"], {
      stream: "MESSAGES",
      about: [addressOfBox({ id, direction: "to", subject: "ask" })],
    }),
    outbox: listen(["all"], { stream: "MESSAGES", about: [addressOfBox({ id, direction: "from" })] }),
    ofFeature: listen(["all"], {
      ...{ stream: "MESSAGES", about: [addressOfBox({ id, featureId: "f", direction: "to" })] },
    }),
  };
  say(messageOf("ask"));
  say(messageOf("tell"));
  say(messageOf("ask", { featureId: "f" }));
  const counts = Object.entries(boxes).map(([name, { got }]) => [name, got.length]);
  expect(Object.fromEntries(counts)).toEqual({ any: 3, inbox: 2, asked: 1, outbox: 0, ofFeature: 1 });
});

test("things and namespaces that are named together have to agree", () => {
  const { listen, publish } = worldWith(rights);
  const agreed = listen(["all"], { about: [id], namespaces: "org.acme" });
  const apart = listen(["all"], { about: [id], namespaces: "org.other" });
  publish(event);
  expect([agreed.got.length, apart.got.length]).toEqual([1, 0]);
});

test("a filter is evaluated once for those who pose it, whatever things they name", () => {
  const { listen, publish } = worldWith(rights);
  const filter = "exists(attributes/a)";
  const matches = vi.spyOn(signalFilter(filter), "matches");
  const all = [
    listen(["all"], { filter }),
    listen(["all"], { filter, about: [id] }),
    listen(["all"], { filter, about: [id, "org.acme:other"] }),
    listen(["all"], { filter, namespaces: "org.acme" }),
  ];
  publish(event);
  expect(matches).toHaveBeenCalledTimes(1);
  expect(new Set(all.map(({ got }) => got[0])).size).toBe(1);
});

test("what has ended is forgotten, addresses included", () => {
  const listening = audiences();
  const join = (parameters: Parameters<typeof selectionOf>[0]) =>
    listening.join(
      {
        ...{ stream: "EVENTS", subjects: ["all"], selection: selectionOf(parameters) },
        subscriber: { deliver: vi.fn() },
      },
      0,
    );
  const ends = [{ about: [id] }, { about: [id] }, { namespaces: "org.acme" }, {}].map(join);
  const met = () => [...listening.of(event, new Set(["all"]))].length;
  expect(met()).toBe(3);
  ends[0]?.();
  ends[0]?.();
  expect(met()).toBe(3);
  for (const end of ends.slice(1)) end();
  expect(met()).toBe(0);
  expect(listening.isEmpty).toBe(true);
});
