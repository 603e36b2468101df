import { describe, expect, test } from "vitest";
import { selectionOf } from "../../src/pubsub/select.ts";
import { eventOf, id, liveCommandOf, liveEventOf, messageOf, stateOf, worldWith } from "./world.ts";

const rights = { all: ["thing:/", "message:/"], some: ["thing:/attributes/a"] };
const event = eventOf("modified", "/attributes/a", 5);

/** Whether one who may read all gets a signal. */
function gets(
  filter: string,
  what: typeof event,
  more: { extraFields?: string; namespaces?: string } = {},
): boolean {
  const { listen, publish } = worldWith(rights);
  const { got } = listen(["all"], { filter, ...more });
  publish(what, stateOf({ attributes: { a: 5, floor: 2 } }));
  return got.length === 1;
}

describe("a filter of events", () => {
  const holding = [
    "gt(attributes/a,4)",
    "eq(/attributes/a,5)",
    "exists(attributes/a)",
    `eq(thingId,"${id}")`,
    "eq(_namespace,'org.acme')",
    "eq(_revision,2)",
    "ge(_modified,'1970-01-01T00:00:02.000Z')",
    "lt(_modified,time:now)",
    "eq(topic:action,'modified')",
    "in(topic:action,'created','modified')",
    `eq(topic:full,'org.acme/lamp/things/twin/events/modified')`,
    "and(eq(topic:namespace,'org.acme'),eq(topic:entityName,'lamp'),eq(topic:group,'things'))",
    "and(eq(topic:channel,'twin'),eq(topic:criterion,'events'),eq(topic:action-subject,'modified'))",
    "empty(topic:subject)",
    "eq(resource:path,'/attributes/a')",
    "like(resource:path,'/attributes/*')",
    "eq(resource:type,'thing')",
    `eq(entity:id,'${id}')`,
    "and(eq(entity:namespace,'org.acme'),eq(entity:name,'lamp'))",
    "not(exists(thing:id))",
    "not(exists(feature:id))",
  ];
  for (const filter of holding) test(`${filter} holds`, () => expect(gets(filter, event)).toBe(true));

  const failing = [
    "gt(attributes/a,5)",
    "exists(attributes/floor)",
    "eq(policyId,'x')",
    "exists(topic:subject)",
  ];
  for (const filter of failing) test(`${filter} fails`, () => expect(gets(filter, event)).toBe(false));

  test("knows what is not changed only from extra fields", () => {
    expect(gets("eq(attributes/floor,2)", event)).toBe(false);
    expect(gets("eq(attributes/floor,2)", event, { extraFields: "attributes/floor" })).toBe(true);
  });

  test("knows the metadata from extra fields", () => {
    const { listen, publish } = worldWith(rights);
    const { got } = listen(["all"], {
      filter: "eq(_metadata/attributes/a/unit,'m')",
      extraFields: "_metadata",
    });
    publish(event, { ...stateOf({}), metadata: { attributes: { a: { unit: "m" } } } });
    expect(got).toHaveLength(1);
  });

  test("is told of a deletion by its placeholders", () => {
    const lifecycle = "and(in(topic:action,'created','deleted'),eq(resource:path,'/'))";
    expect(gets(lifecycle, eventOf("deleted", "/"))).toBe(true);
    expect(gets(lifecycle, eventOf("deleted", "/attributes"))).toBe(false);
  });

  test("may name headers, which have no value there", () => {
    const what = eventOf("modified", "/attributes/a", 5, { wanted: "a" });
    expect(gets("eq(header:wanted,'a')", what)).toBe(false);
    expect(gets("exists(header:wanted)", what)).toBe(false);
    expect(gets("or(eq(header:wanted,'a'),exists(attributes/a))", what)).toBe(true);
  });

  test("sees no more than its session may read", () => {
    const { listen, publish } = worldWith(rights);
    const [sees, guesses, asks] = [
      listen(["some"], { filter: "gt(attributes/a,4)" }),
      listen(["some"], { filter: "gt(attributes/secret,4)" }),
      listen(["some"], { filter: "exists(attributes/secret)", extraFields: "attributes" }),
    ];
    publish(
      eventOf("modified", "/attributes", { a: 5, secret: 9 }),
      stateOf({ attributes: { a: 5, secret: 9 } }),
    );
    expect([sees, guesses, asks].map(({ got }) => got.length)).toEqual([1, 0, 0]);
  });

  test("that would look at too much text matches nothing", () => {
    const long = "x".repeat(90_000);
    const one = "like(attributes/a,'*y*')";
    const many = `not(or(${Array.from({ length: 10 }, (_, i) => `like(attributes/a,'*y${i}*')`)}))`;
    expect(gets(`not(${one})`, eventOf("modified", "/attributes/a", long))).toBe(true);
    expect(gets(many, eventOf("modified", "/attributes/a", long))).toBe(false);
  });
});

describe("filters of live signals", () => {
  test("know the subject and the box of a message, and of its thing the extra fields only", () => {
    const { listen, say } = worldWith(rights);
    const wish = (filter: string, extraFields?: string) =>
      listen(["all"], { stream: "MESSAGES", filter, extraFields }).got;
    const matching = [
      wish("and(eq(topic:subject,'ask'),eq(topic:action-subject,'ask'))"),
      wish("and(eq(resource:path,'/features/f/inbox/messages/ask'),eq(resource:type,'message'))"),
      wish("eq(topic:full,'org.acme/lamp/things/live/messages/ask')"),
      wish(`and(eq(entity:id,'${id}'),not(exists(topic:action)))`),
      wish("eq(attributes/a,5)", "attributes"),
    ];
    const others = [
      wish("eq(attributes/a,5)"),
      wish(`eq(thingId,'${id}')`),
      wish("eq(topic:subject,'tell')"),
    ];

    say(messageOf("ask", { featureId: "f" }), stateOf({ attributes: { a: 5 } }));

    expect(matching.map((got) => got.length)).toEqual([1, 1, 1, 1, 1]);
    expect(others.map((got) => got.length)).toEqual([0, 0, 0]);
  });

  test("know what a live event says, and of a live command its topic", () => {
    const { listen, say } = worldWith(rights);
    const events = listen(["all"], {
      stream: "LIVE-EVENTS",
      filter: "and(gt(attributes/a,4),eq(topic:channel,'live'))",
    });
    const commands = listen(["all"], {
      stream: "LIVE-COMMANDS",
      filter: "and(eq(topic:criterion,'commands'),eq(topic:action,'modify'))",
    });
    const values = listen(["all"], { stream: "LIVE-COMMANDS", filter: "exists(attributes/a)" });

    say(liveEventOf("/attributes/a", 5));
    say(liveEventOf("/attributes/a", 4));
    say(liveCommandOf("modify", "/attributes/a", 5));
    say(liveCommandOf("retrieve", "/attributes/a"));

    expect([events, commands, values].map(({ got }) => got.length)).toEqual([1, 1, 0]);
  });
});

describe("what is no filter", () => {
  const cases = [
    "",
    "bogus(a,b)",
    "eq(colour,1)",
    "eq(time:now,1)",
    "eq(topic:bogus,1)",
    "like(topic:action,5)",
  ];
  for (const filter of cases)
    test(`'${filter}' is refused`, () =>
      expect(() => selectionOf({ filter })).toThrow(
        expect.objectContaining({ code: "rql.expression.invalid", status: 400 }),
      ));
});

describe("namespaces", () => {
  test("leave out the things of others", () => {
    const { listen, publish } = worldWith(rights);
    const [of, notOf, all] = ["org.acme, x", "org", ""].map((namespaces) => listen(["all"], { namespaces }));
    publish(event);
    expect([of, notOf, all].map((listener) => listener?.got.length)).toEqual([1, 0, 1]);
  });

  test("in another order are the same selection", () => {
    const [first, second] = ["a,b", "b,a"].map((namespaces) => selectionOf({ namespaces }));
    expect(first?.key).toBe(second?.key);
    expect(selectionOf({ namespaces: "a" }).key).not.toBe(first?.key);
    expect(selectionOf({}).key).toBe("");
  });
});
