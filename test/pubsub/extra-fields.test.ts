import { describe, expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../../src/base/json/json.ts";
import { selectionOf } from "../../src/pubsub/select.ts";
import type { EntityEvent } from "../../src/signals/signal.ts";
import { eventOf, id, liveCommandOf, messageOf, stateOf, worldWith } from "./world.ts";

const rights = { all: ["thing:/", "message:/"], some: ["thing:/attributes/a"], device: ["message:/"] };
const members = {
  attributes: { a: 5, secret: 9 },
  features: { f: { properties: { unit: "C" } }, g: { properties: { unit: "%" } }, h: {} },
};
const state = { ...stateOf(members), metadata: { attributes: { a: { unit: "m" } } } };
const event = eventOf("modified", "/features/f/properties/value", 1);

/** What a subject is told beside an event. */
function extraFor(extraFields: string, what: EntityEvent = event, subject = "all"): JsonValue | undefined {
  const { listen, publish } = worldWith(rights);
  const { got } = listen([subject], { extraFields });
  publish(what, state);
  expect(got).toHaveLength(1);
  return got[0]?.extra;
}

describe("extra fields", () => {
  const cases: readonly [fields: string, extra: JsonObject | undefined][] = [
    ["attributes/a", { attributes: { a: 5 } }],
    ["/attributes/a,policyId", { attributes: { a: 5 }, policyId: id }],
    [
      "features/*/properties/unit",
      { features: { f: { properties: { unit: "C" } }, g: { properties: { unit: "%" } } } },
    ],
    ["_namespace,_revision", { _namespace: "org.acme", _revision: 2 }],
    ["_created,_modified", { _created: "1970-01-01T00:00:01.000Z", _modified: "1970-01-01T00:00:02.000Z" }],
    ["_metadata/attributes/a", { _metadata: { attributes: { a: { unit: "m" } } } }],
    ["attributes/absent", undefined],
    ["_context", undefined],
    ["features/{{feature:id}}/properties/unit", { features: { f: { properties: { unit: "C" } } } }],
    ["features/{{ feature:id | fn:substring-before('x') }}/properties", undefined],
    ["attributes/{{topic:action}},attributes/a", { attributes: { a: 5 } }],
    ["{{ resource:type | fn:filter('eq','message') }}", undefined],
  ];
  for (const [fields, extra] of cases)
    test(`${fields} are ${JSON.stringify(extra)}`, () => expect(extraFor(fields)).toEqual(extra));

  test("of a feature placeholder are those of each feature that a signal is about", () => {
    const fields = "features/{{feature:id}}/properties/unit";
    const whole = eventOf("modified", "/", { thingId: id, features: { f: {}, g: {} } });
    const both = { features: { f: { properties: { unit: "C" } }, g: { properties: { unit: "%" } } } };
    expect(extraFor(fields, whole)).toEqual(both);
    expect(extraFor(fields, eventOf("merged", "/features", { g: {}, f: null }))).toEqual({
      features: { g: both.features.g, f: both.features.f },
    });
    expect(extraFor(fields, eventOf("deleted", "/features/g"))).toEqual({ features: { g: both.features.g } });
    expect(extraFor(fields, eventOf("modified", "/attributes/a", 1))).toBeUndefined();
  });

  test("may be named by headers of the signal", () => {
    const what = eventOf("modified", "/attributes/a", 1, { wanted: "a" });
    expect(extraFor("attributes/{{header:wanted}}", what)).toEqual({ attributes: { a: 5 } });
    expect(extraFor("{{header:wanted}}", what)).toBeUndefined();
  });

  test("are cut to what the session may read, beside what is told to whoever may read something", () => {
    const what = eventOf("modified", "/attributes/a", 5);
    expect(extraFor("thingId,policyId,attributes,features,_revision,_metadata", what, "some")).toEqual({
      ...{ thingId: id, attributes: { a: 5 }, _revision: 2 },
    });
    expect(extraFor("attributes/secret", what, "some")).toBeUndefined();
  });

  test("of a deleted thing are those that it had, and the revision of its end", () => {
    const end = { ...eventOf("deleted", "/"), revision: 3, timestamp: 3000 };
    expect(extraFor("attributes/a,_revision,_created,_modified", end)).toEqual({
      ...{ attributes: { a: 5 }, _revision: 3 },
      ...{ _created: "1970-01-01T00:00:01.000Z", _modified: "1970-01-01T00:00:03.000Z" },
    });
  });

  test("come with messages and live commands, for whom may read the thing", () => {
    const { listen, say } = worldWith(rights);
    const wish = { stream: "MESSAGES", extraFields: "attributes/a,features/{{feature:id}}" } as const;
    const [owner, device] = [listen(["all"], wish), listen(["device"], wish)];
    const commands = listen(["all"], { stream: "LIVE-COMMANDS", extraFields: "attributes/a" });

    say(messageOf("ask", { featureId: "h" }), state);
    say(liveCommandOf("retrieve", "/attributes"), state);

    expect(owner.got[0]?.extra).toEqual({ attributes: { a: 5 }, features: { h: {} } });
    expect(device.got).toHaveLength(1);
    expect(device.got[0]?.extra).toBeUndefined();
    expect(commands.got[0]?.extra).toEqual({ attributes: { a: 5 } });
  });

  test("are printed with the event, unless they are nothing", () => {
    const { listen, publish } = worldWith(rights);
    const [some, none] = ["attributes/a", "attributes/absent"].map((extraFields) =>
      listen(["all"], { extraFields }),
    );
    publish(event, state);
    expect(JSON.parse(some?.got[0]?.text() as string)).toMatchObject({
      value: 1,
      extra: { attributes: { a: 5 } },
    });
    expect(JSON.parse(none?.got[0]?.text() as string)).not.toHaveProperty("extra");
  });
});

describe("what are no extra fields", () => {
  const codes = { fields: "things:field.selection.invalid", selector: "json.fieldselector.invalid" };
  const cases: readonly [extraFields: string, code: keyof typeof codes][] = [
    ["bogus", "fields"],
    ["attributes, features", "fields"],
    ["attributes(a,b)", "fields"],
    ["thingId/x", "fields"],
    ["features/{{bogus:id}}", "fields"],
    ["features/{{feature:id", "fields"],
    ["features/{{feature:id | fn:bogus()}}", "fields"],
    ["{{feature:id}}".repeat(21), "fields"],
    [`attributes/${"a".repeat(4_000)}`, "fields"],
    ["attributes(", "selector"],
    ["attributes,,features", "selector"],
  ];
  for (const [extraFields, code] of cases)
    test(`'${extraFields.slice(0, 40)}' is refused`, () =>
      expect(() => selectionOf({ extraFields })).toThrow(
        expect.objectContaining({ code: codes[code], status: 400 }),
      ));

  test("but an empty text asks for none", () => expect(selectionOf({ extraFields: "" }).key).toBe(""));
});

test("placeholders with no end of values ask for few fields", () => {
  const features = Object.fromEntries(
    Array.from({ length: 2_000 }, (_, i) => [`f${i}`, { properties: { unit: i } }]),
  );
  const { listen, publish } = worldWith(rights);
  const { got } = listen(["all"], { extraFields: "features/{{feature:id}}/properties/unit,attributes" });

  publish(eventOf("modified", "/features", features), stateOf({ features, attributes: { a: 1 } }));

  expect(got[0]?.extra).toEqual({ attributes: { a: 1 } });
});
