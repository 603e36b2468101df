import { describe, expect, test, vi } from "vitest";
import type { JsonObject, JsonValue } from "../../src/base/json/json.ts";
import { readPath } from "../../src/base/json/pointer.ts";
import { compileEnforcer, type Enforcer } from "../../src/policies/enforcer.ts";
import * as envelope from "../../src/protocol/envelope.ts";
import type { Delivery } from "../../src/pubsub/delivery.ts";
import { localPubsub, type Pubsub } from "../../src/pubsub/pubsub.ts";
import { everything } from "../../src/pubsub/selection.ts";
import type { EntityEvent, EventAction } from "../../src/signals/signal.ts";

vi.mock("../../src/protocol/envelope.ts", { spy: true });

const id = "org.acme:lamp";
const grants = (resources: Readonly<Record<string, readonly string[]>>) =>
  Object.fromEntries(Object.entries(resources).map(([key, grant]) => [key, { grant, revoke: [] }]));
const entry = (subject: string, resources: object) =>
  ({ subjects: { [subject]: { type: "t" } }, resources }) as never;

const enforcer = compileEnforcer([
  entry("all", grants({ "thing:/": ["READ", "WRITE"] })),
  entry("attributes", grants({ "thing:/attributes": ["READ"] })),
  entry("colour", grants({ "thing:/attributes/colour": ["READ"] })),
  entry("writer", grants({ "thing:/": ["WRITE"] })),
  entry("but-secret", {
    "thing:/": { grant: ["READ"], revoke: [] },
    "thing:/attributes/secret": { grant: [], revoke: ["READ"] },
  }),
]);

const event = (action: EventAction, path: string, value?: JsonValue): EntityEvent => ({
  kind: "thing",
  id,
  action,
  path: readPath(path),
  ...(value !== undefined && { value }),
  revision: 2,
  timestamp: 0,
  originator: "all",
  headers: { "correlation-id": "c" },
});

/** Subscribes somebody who writes down what arrives. */
function listen(pubsub: Pubsub, ...subjects: string[]) {
  const texts: string[] = [];
  const subscriber = { deliver: (delivery: Delivery) => texts.push(delivery.text()) };
  const end = pubsub.subscribe({ stream: "EVENTS", subjects, selection: everything, subscriber });
  return { texts, end, values: () => texts.map((text) => (JSON.parse(text) as JsonObject).value) };
}
/** What nobody asks to be enriched with. */
const state = { value: {}, revision: 2, created: 0, modified: 0 };
const publish = (pubsub: Pubsub, what: EntityEvent, by: Enforcer | undefined = enforcer) =>
  pubsub.publish(what, by, undefined, state);

describe("who sees how much of an event", () => {
  const attributes = { colour: "red", mass: 1, secret: 7 };
  const thing = { thingId: id, policyId: id, attributes, features: {} };
  const cases: readonly { what: EntityEvent; sees: Readonly<Record<string, JsonValue>> }[] = [
    {
      what: event("modified", "/", thing),
      sees: {
        all: thing,
        attributes: { thingId: id, attributes },
        colour: { thingId: id, attributes: { colour: "red" } },
        "but-secret": { ...thing, attributes: { colour: "red", mass: 1 } },
      },
    },
    {
      what: event("modified", "/attributes", attributes),
      sees: {
        all: attributes,
        attributes,
        colour: { colour: "red" },
        "but-secret": { colour: "red", mass: 1 },
      },
    },
    {
      what: event("merged", "/", { attributes: { mass: null, secret: 8 } }),
      sees: {
        all: { attributes: { mass: null, secret: 8 } },
        attributes: { attributes: { mass: null, secret: 8 } },
        "but-secret": { attributes: { mass: null } },
      },
    },
    {
      what: event("modified", "/attributes/colour", "blue"),
      sees: { all: "blue", attributes: "blue", colour: "blue", "but-secret": "blue" },
    },
    {
      what: event("modified", "/attributes/secret/deep", 9),
      sees: { all: 9, attributes: 9 },
    },
    {
      what: event("modified", "/features/f", { properties: {} }),
      sees: { all: { properties: {} }, "but-secret": { properties: {} } },
    },
  ];
  for (const { what, sees } of cases) {
    test(`${what.action} ${what.path.join("/")}: exactly the readable part`, () => {
      const pubsub = localPubsub();
      const subjects = ["all", "attributes", "colour", "but-secret", "writer", "stranger"];
      const listeners = subjects.map((subject) => listen(pubsub, subject));

      publish(pubsub, what);

      const seen = subjects.flatMap((subject, i) =>
        (listeners[i]?.values() ?? []).map((value) => [subject, value]),
      );
      expect(Object.fromEntries(seen)).toEqual(sees);
    });
  }

  test("a deletion is told to all who could read something of what is gone", () => {
    const pubsub = localPubsub();
    const [all, colour, writer] = ["all", "colour", "writer"].map((subject) => listen(pubsub, subject));

    publish(pubsub, event("deleted", "/attributes"));

    expect([all, colour, writer].map((listener) => listener?.texts.length)).toEqual([1, 1, 0]);
  });

  test("only whoever may read the whole thing, where that is configured", () => {
    const pubsub = localPubsub(undefined, { partialEvents: false });
    const subjects = ["all", "attributes", "but-secret"];
    const listeners = subjects.map((subject) => listen(pubsub, subject));
    publish(pubsub, event("modified", "/attributes/colour", "blue"));
    expect(listeners.map(({ texts }) => texts.length)).toEqual([1, 0, 0]);
  });

  test("subjects of one session add up", () => {
    const pubsub = localPubsub();
    const both = listen(pubsub, "stranger", "colour");
    publish(pubsub, event("modified", "/attributes", attributes));
    expect(both.values()).toEqual([{ colour: "red" }]);
  });

  test("without a policy, and of a policy, nobody is told anything", () => {
    const pubsub = localPubsub();
    const all = listen(pubsub, "all");
    pubsub.publish(event("modified", "/attributes/colour", 1), undefined, undefined, state);
    publish(pubsub, { ...event("modified", "/"), kind: "policy" });
    expect(all.texts).toEqual([]);
  });
});

describe("subscriptions", () => {
  const what = event("modified", "/attributes/colour", "blue");

  test("a session with two matching subjects is told once", () => {
    const pubsub = localPubsub();
    const two = listen(pubsub, "all", "attributes");
    publish(pubsub, what);
    expect(two.texts).toHaveLength(1);
  });

  test("end without a trace, also when they end twice or others of the same subjects stay", () => {
    const pubsub = localPubsub();
    const stays = listen(pubsub, "all");
    const leaves = listen(pubsub, "all");

    leaves.end();
    leaves.end();
    publish(pubsub, what);

    expect([stays.texts.length, leaves.texts.length]).toEqual([1, 0]);
    stays.end();
    const forSubjects = vi.fn(enforcer.forSubjects);
    publish(pubsub, what, { ...enforcer, forSubjects });
    expect(forSubjects).not.toHaveBeenCalled();
  });

  test("that ended stay ended when others of the same subjects begin", () => {
    const pubsub = localPubsub();
    const first = listen(pubsub, "all");
    first.end();
    const second = listen(pubsub, "all");
    first.end();

    publish(pubsub, what);

    expect([first.texts.length, second.texts.length]).toEqual([0, 1]);
  });

  test("may end while an event is delivered", () => {
    const pubsub = localPubsub();
    const ends: (() => void)[] = [];
    const texts: string[] = [];
    for (const name of ["a", "b", "c"])
      ends.push(
        pubsub.subscribe({
          stream: "EVENTS",
          subjects: ["all"],
          selection: everything,
          subscriber: {
            deliver: () => {
              texts.push(name);
              for (const end of ends) end();
            },
          },
        }),
      );
    expect(() => publish(pubsub, what)).not.toThrow();
    publish(pubsub, what);
    expect(texts).toEqual(["a"]);
  });
});

test("an event is judged once an audience and printed once for all who may read it whole", () => {
  const pubsub = localPubsub();
  for (let i = 0; i < 50; i++) listen(pubsub, "all");
  for (let i = 0; i < 50; i++) listen(pubsub, "all", "stranger");
  for (let i = 0; i < 50; i++) listen(pubsub, "colour");
  for (let i = 0; i < 50; i++) listen(pubsub, `stranger-${i}`);
  const forSubjects = vi.fn(enforcer.forSubjects);
  const printed = vi.mocked(envelope.printEvent);
  printed.mockClear();

  publish(pubsub, event("modified", "/attributes", { colour: "red", mass: 1 }), { ...enforcer, forSubjects });

  expect(forSubjects).toHaveBeenCalledTimes(3);
  expect(printed).toHaveBeenCalledTimes(2);
});
