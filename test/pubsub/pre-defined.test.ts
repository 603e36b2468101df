import { describe, expect, test, vi } from "vitest";
import type { PreDefinedExtraFields } from "../../src/ops/pre-defined-extra-fields.ts";
import { preDefinedFields } from "../../src/pubsub/pre-defined.ts";
import * as thingFields from "../../src/pubsub/thing-fields.ts";
import { eventOf, liveCommandOf, liveEventOf, messageOf, stateOf, worldWith } from "./world.ts";

const entry = (more: Partial<PreDefinedExtraFields>): PreDefinedExtraFields => ({
  ...{ namespaces: [], condition: undefined, extraFields: ["attributes"] },
  ...more,
});
const only = (...preDefinedOfEvents: readonly PreDefinedExtraFields[]) =>
  preDefinedFields({ preDefinedOfEvents, preDefinedOfMessages: [] });

const event = eventOf("modified", "/attributes/a", 1);
const state = stateOf({ attributes: { a: 1, b: "x" }, definition: "org.acme:lamp:1" });
/** What is pre-defined for an event of the thing. */
const fieldsWith = (...entries: readonly PreDefinedExtraFields[]) =>
  only(...entries)?.(event, state)?.fields.map((path) => path.join("/"));

describe("pre-defined for an event are the fields of all entries", () => {
  const cases: readonly [says: string, entry: Partial<PreDefinedExtraFields>, isMatch: boolean][] = [
    ["without namespaces and condition", {}, true],
    ["that name its namespace", { namespaces: ["org.other", "org.acme"] }, true],
    ["whose wildcards match it", { namespaces: ["org.*m?"] }, true],
    ["but not of those that name others", { namespaces: ["org", "org.acme.sub", "org.acme?"] }, false],
    ["whose condition holds for the thing", { condition: 'eq(attributes/b,"x")' }, true],
    ["also on special fields", { condition: 'and(eq(_namespace,"org.acme"),gt(_revision,1))' }, true],
    ["but not of those whose condition does not", { condition: 'eq(attributes/b,"y")' }, false],
    ["nor of those with one of both", { namespaces: ["*"], condition: "exists(attributes/c)" }, false],
  ];
  for (const [says, more, isMatch] of cases)
    test(says, () => {
      expect(fieldsWith(entry({ extraFields: ["policyId"] }), entry(more))).toEqual(
        isMatch ? ["policyId", "attributes"] : ["policyId"],
      );
      expect(fieldsWith(entry(more))).toEqual(isMatch ? ["attributes"] : undefined);
    });
});

test("conditions that would look at too much text do not hold, and all others are judged", () => {
  const long = stateOf({ attributes: { long: "a".repeat(90_000), b: 1 } });
  const costly = Array.from({ length: 20 }, (_, i) =>
    entry({ condition: 'like(attributes/long,"*a*")', extraFields: [`attributes/f${i}`] }),
  );
  const fields = only(...costly)?.(event, long)?.fields ?? [];
  expect(fields.length).toBeGreaterThan(1);
  expect(fields.length).toBeLessThan(20);
});

test("messages have their own; live commands and live events have none", () => {
  const preDefined = preDefinedFields({
    preDefinedOfEvents: [entry({ extraFields: ["definition"] })],
    preDefinedOfMessages: [entry({ extraFields: ["policyId"] })],
  });
  const fieldsOf = (signal: Parameters<NonNullable<typeof preDefined>>[0]) =>
    preDefined?.(signal, state)?.fields;

  expect(fieldsOf(event)).toEqual([["definition"]]);
  expect(fieldsOf(messageOf("ask"))).toEqual([["policyId"]]);
  expect(fieldsOf(liveEventOf("/attributes/a", 1))).toBeUndefined();
  expect(fieldsOf(liveCommandOf("retrieve", "/attributes"))).toBeUndefined();
});

test("nothing is done where nothing is set", () => expect(only()).toBeUndefined());

describe("the start is stopped by", () => {
  const cases: readonly [entry: Partial<PreDefinedExtraFields>, why: RegExp][] = [
    [{ condition: "exists(" }, /RQL as \[1\]\.condition: ./],
    [{ condition: 'eq(bogus,"x")' }, /RQL as \[1\]\.condition: .*bogus/s],
    [{ condition: 'eq(topic:action,"modified")' }, /RQL as \[1\]\.condition: .*topic:action/s],
    [{ condition: "" }, /RQL as \[1\]\.condition: ./],
    [{ extraFields: ["thingId", "bogus"] }, /fields of things as \[1\]\.extra-fields: .*'bogus'/s],
    [{ extraFields: ["attributes("] }, /fields of things as \[1\]\.extra-fields: ./],
    [
      { extraFields: ["features/{{ feature:id }}"] },
      /fields of things as \[1\]\.extra-fields: .*Placeholders/s,
    ],
    [{ extraFields: Array(500).fill("policyId") }, /at most 500 fields/],
  ];
  for (const [wrong, why] of cases)
    test(JSON.stringify(wrong).slice(0, 60), () => {
      const settings = [entry({}), entry(wrong)];
      const [compileEvents, compileMessages] = [
        () => preDefinedFields({ preDefinedOfEvents: settings, preDefinedOfMessages: [] }),
        () => preDefinedFields({ preDefinedOfEvents: [], preDefinedOfMessages: settings }),
      ];
      expect(compileEvents).toThrow(why);
      expect(compileEvents).toThrow("THING_EVENT_PRE_DEFINED_EXTRA_FIELDS must have");
      expect(compileMessages).toThrow("THING_MESSAGE_PRE_DEFINED_EXTRA_FIELDS must have");
    });
});

describe("of one event", () => {
  const rights = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`s${i}`, ["thing:/attributes/a"]]));
  const wishes = ["attributes/a", "attributes/b,attributes/a", "attributes/a,_revision"];

  /** How often something was selected of the thing itself, and what all were told. */
  function selections(extraFields: readonly string[]) {
    const selected = vi.fn();
    const original = thingFields.selectFrom;
    const spy = vi.spyOn(thingFields, "selectFrom").mockImplementation((...from) => {
      const select = original(...from);
      return (fields) => {
        selected(fields);
        return select(fields);
      };
    });
    const conditions = vi.fn(only(entry({ extraFields, condition: "exists(attributes/a)" })));
    const { listen, publish } = worldWith(rights, undefined, { preDefined: conditions });
    const listeners = Object.keys(rights).flatMap((subject) =>
      wishes.map((fields) => listen([subject], { extraFields: fields })),
    );
    publish(event, state);
    spy.mockRestore();
    return {
      ...{ selected: selected.mock.calls.length, conditions: conditions.mock.calls.length },
      told: listeners.map(({ got }) => got[0]?.extra),
    };
  }

  test("pre-defined fields are selected once for all who ask for some of them, and the condition is asked once", () => {
    const none = selections(["policyId"]);
    const most = selections(["attributes"]);
    const all = selections(["attributes", "_revision"]);

    expect([none, most, all].map(({ selected }) => selected)).toEqual([30, 11, 1]);
    expect([none, most, all].map(({ conditions }) => conditions)).toEqual([1, 1, 1]);
    expect(most.told).toEqual(none.told);
    expect(all.told).toEqual(none.told);
    expect(all.told[2]).toEqual({ attributes: { a: 1 }, _revision: 2 });
  });

  test("nothing is selected and no condition asked where nobody asks for extra fields", () => {
    const conditions = vi.fn(only(entry({})));
    const { listen, publish } = worldWith(rights, undefined, { preDefined: conditions });
    const { got } = listen(["s1"]);
    publish(event, state);
    expect(got[0]?.extra).toBeUndefined();
    expect(conditions).not.toHaveBeenCalled();
  });
});
