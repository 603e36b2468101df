import { expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../../src/base/json/json.ts";
import { readPath } from "../../src/base/json/pointer.ts";
import type { LiveSignal } from "../../src/signals/live.ts";
import type { EntityEvent, EventAction } from "../../src/signals/signal.ts";
import { specialField, thingOf, thingOfEvent } from "../../src/things/thing-of-event.ts";

const id = "org.acme:lamp";
const event = (action: EventAction, path: string, value?: JsonValue): EntityEvent => ({
  ...{ kind: "thing", id, action, path: readPath(path), revision: 7, timestamp: 1000, headers: {} },
  ...(value !== undefined && { value }),
});
const plain = (what: EntityEvent, extra?: JsonObject) => thingOf(what, what.value, extra);

const thing = { thingId: id, policyId: id, attributes: { a: 1 } };
const cases: readonly [what: EntityEvent, tells: JsonObject][] = [
  [event("created", "/", thing), thing],
  [event("modified", "/", thing), thing],
  [event("deleted", "/"), { thingId: id }],
  [event("modified", "/policyId", "org.acme:p"), { thingId: id, policyId: "org.acme:p" }],
  [event("created", "/definition", "a:b:1"), { thingId: id, definition: "a:b:1" }],
  [event("modified", "/attributes", null), { thingId: id, attributes: null }],
  [event("created", "/attributes/a/b", 5), { thingId: id, attributes: { a: { b: 5 } } }],
  [event("deleted", "/attributes/a"), { thingId: id }],
  [
    event("modified", "/features/f/properties/p", [1]),
    { thingId: id, features: { f: { properties: { p: [1] } } } },
  ],
  [event("modified", "/features/f/definition", ["a:b:1"]), {}],
  [event("deleted", "/features/f/definition"), {}],
  [
    event("merged", "/features/f/definition", ["a:b:1"]),
    { thingId: id, features: { f: { definition: ["a:b:1"] } } },
  ],
  [event("merged", "/attributes/a", null), { thingId: id, attributes: { a: {} } }],
  [
    event("merged", "/", {
      features: { f: { properties: { p: null, q: { r: null } } } },
      attributes: { "{{ /.*/ }}": null, b: [null] },
    }),
    { thingId: id, attributes: { b: [null] }, features: { f: { properties: { q: {} } } } },
  ],
];
for (const [what, tells] of cases) {
  test(`${what.action} ${what.path.join("/")} ${JSON.stringify(what.value)} tells ${JSON.stringify(tells)}`, () => {
    expect(JSON.stringify(plain(what))).toBe(JSON.stringify(tells));
  });
}

test("special fields are those of the event", () => {
  const times = { _modified: "1970-01-01T00:00:01.000Z", _namespace: "org.acme" };
  expect(thingOfEvent(event("deleted", "/attributes/a"), undefined)).toEqual({
    thingId: id,
    _revision: 7,
    ...times,
  });
  const birth = { ...event("created", "/", thing), metadata: { attributes: { a: { unit: "m" } } } };
  expect(thingOfEvent(birth, thing)).toEqual({
    ...{ ...thing, _revision: 7, ...times, _created: times._modified },
    _metadata: { attributes: { a: { unit: "m" } } },
  });
  expect(thingOfEvent(event("modified", "/features/f/definition", ["a:b:1"]), ["a:b:1"])).toEqual({
    _revision: 7,
  });
});

test("extra fields complete what an event tells, and never contradict it", () => {
  const extra = { attributes: { a: 0, b: 2 }, policyId: id, _modified: "then", _policy: {} };

  expect(plain(event("modified", "/attributes/a", { x: 1 }), extra)).toEqual({
    ...{ thingId: id, policyId: id },
    attributes: { a: { x: 1 }, b: 2 },
  });
  expect(plain(event("modified", "/attributes/a", [1]), { attributes: { a: [2, 3] } })).toEqual({
    ...{ thingId: id, attributes: { a: [1] } },
  });
});

test("with extra fields, the times are those that are among them, but the revision is that of the event", () => {
  const what = event("created", "/", thing);
  expect(specialField(what, { _modified: "then", _revision: 3 }, "_modified")).toBe("then");
  expect(specialField(what, { attributes: {} }, "_created")).toBeUndefined();
  expect(specialField(what, { _revision: 3 }, "_revision")).toBe(7);
});

test("what is no event tells of a thing what its extra fields do", () => {
  const said = { id, headers: {}, auth: { subjects: ["s"] } };
  const message: LiveSignal = { ...said, says: "message", direction: "to", subject: "ask" };
  expect(thingOf(message, undefined, undefined)).toEqual({});
  expect(thingOf(message, undefined, { attributes: { a: 1 }, _revision: 4 })).toEqual({
    attributes: { a: 1 },
  });
  expect(specialField(message, { _revision: 4 }, "_revision")).toBe(4);
  expect(specialField(message, undefined, "_namespace")).toBeUndefined();
  expect(specialField(message, { thingId: id }, "_namespace")).toBe("org.acme");
});

test("a live event tells what a twin event would", () => {
  const said = { id, headers: {}, auth: { subjects: ["s"] } };
  const live: LiveSignal = {
    ...said,
    says: "live-event",
    action: "modified",
    path: ["attributes", "a"],
    value: 1,
  };
  expect(thingOf(live, live.value, undefined)).toEqual({ thingId: id, attributes: { a: 1 } });
  expect(specialField({ ...live, timestamp: "2026-01-01T00:00:00Z" }, undefined, "_modified")).toBe(
    "2026-01-01T00:00:00Z",
  );
});
