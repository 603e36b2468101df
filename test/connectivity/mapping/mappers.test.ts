import { expect, test } from "vitest";
import type { JsonObject } from "../../../src/base/json/json.ts";
import type { ExternalHeaders } from "../../../src/connectivity/external-message.ts";
import { bytesMessage, context, event, mapper, modify, printed, textMessage, told } from "./given.ts";

const DITTO = "application/vnd.eclipse.ditto+json";
const incoming = (name: string, options: JsonObject, text: string, headers: ExternalHeaders = {}) =>
  mapper(name, options).incoming(textMessage(text, headers), context);
const outgoing = (name: string, options: JsonObject, message: JsonObject) =>
  printed(mapper(name, options).outgoing(told(message)));
const failed = expect.objectContaining({ code: "connectivity:message.mapping.failed" });
const invalid = expect.objectContaining({ code: "connectivity:message.mapper.config.invalid" });

test("Ditto passes a message on as it is, with its content type and correlation ID", () => {
  expect(outgoing("Ditto", {}, event)).toEqual([
    { headers: { "content-type": DITTO, "correlation-id": "c-2" }, text: JSON.stringify(event) },
  ]);
});

for (const text of ["", "no JSON", "[]", "null"]) {
  test(`Ditto refuses the payload '${text}'`, () => {
    expect(() => incoming("Ditto", {}, text)).toThrow(failed);
  });
}

test("Ditto reads bytes by the charset of the content type", () => {
  const latin = bytesMessage([0x7b, 0x22, 0xe4, 0x22, 0x3a, 0x31, 0x7d], {
    "content-type": "a/b; charset=ISO-8859-1",
  });

  expect(mapper("Ditto").incoming(latin, context)).toEqual([{ ä: 1 }]);
});

const normalizedOf = (message: JsonObject, options: JsonObject = {}) =>
  outgoing("Normalized", options, message).map(({ text }) => JSON.parse(text as string));

test("Normalized puts a change at its place in the thing, with the event abridged", () => {
  expect(normalizedOf(event)).toEqual([
    {
      thingId: "acme:lamp",
      features: { light: { properties: { on: true } } },
      _modified: "2024-05-01T10:00:00Z",
      _revision: 7,
      _context: {
        topic: "acme/lamp/things/twin/events/modified",
        path: "/features/light/properties/on",
        value: true,
        headers: { "correlation-id": "c-2", "response-required": "false" },
      },
    },
  ]);
});

test("Normalized selects fields, with extra fields below what changed", () => {
  const message = {
    ...event,
    extra: { attributes: { room: 1 }, features: { light: { properties: { on: 0, dim: 2 } } } },
  };

  expect(normalizedOf(message, { fields: "thingId,attributes,features/light" })).toEqual([
    {
      thingId: "acme:lamp",
      attributes: { room: 1 },
      features: { light: { properties: { on: true, dim: 2 } } },
    },
  ]);
});

test("Normalized leaves nulls and what they empty out of merges", () => {
  const merged = {
    ...event,
    topic: "acme/lamp/things/twin/events/merged",
    path: "/attributes",
    value: { a: null, b: { c: null }, d: 1, "{{ ~ }}": null },
  };

  const [plain] = normalizedOf(merged);
  const [tracked] = normalizedOf(merged, { includeDeletedFields: true });

  expect(plain).toMatchObject({ attributes: { d: 1 } });
  expect(plain.attributes).toEqual({ d: 1 });
  expect(tracked._deletedFields).toEqual({
    attributes: { a: "2024-05-01T10:00:00Z", b: { c: "2024-05-01T10:00:00Z" } },
  });
});

test("Normalized tells of deleted things, of deleted parts only when asked to", () => {
  const { value: _value, ...rest } = event;
  const deleted = { ...rest, topic: "acme/lamp/things/twin/events/deleted" };

  expect(normalizedOf({ ...deleted, path: "/" })[0]).toMatchObject({ _deleted: "2024-05-01T10:00:00Z" });
  expect(normalizedOf(deleted)).toEqual([]);
  expect(normalizedOf(deleted, { includeDeletedFields: "true" })[0]).toMatchObject({
    _deletedFields: { features: { light: { properties: { on: "2024-05-01T10:00:00Z" } } } },
  });
});

test("Normalized drops what is no change of a thing", () => {
  expect(normalizedOf(modify)).toEqual([]);
  expect(normalizedOf({ ...event, topic: "acme/lamp/policies/announcements/x" })).toEqual([]);
  expect(incoming("Normalized", {}, JSON.stringify(modify))).toEqual([]);
});

const status = (headers: ExternalHeaders, options: JsonObject = { thingId: "{{ header:device_id }}" }) =>
  mapper("ConnectionStatus", options).incoming({ headers, payload: undefined }, context);
const device = { device_id: "acme:d", "creation-time": "1572358578000" };

test("ConnectionStatus tells from when to when a device can be reached", () => {
  expect(status({ ...device, ttd: "300" })).toEqual([
    {
      topic: "acme/d/things/twin/commands/modify",
      headers: { "content-type": "application/json", "response-required": false, "requested-acks": [] },
      path: "/features/ConnectionStatus",
      value: {
        definition: ["org.eclipse.ditto:ConnectionStatus:1.0.0"],
        properties: { status: { readySince: "2019-10-29T14:16:18Z", readyUntil: "2019-10-29T14:21:18Z" } },
      },
    },
  ]);
});

test("ConnectionStatus takes -1 for connected, and 0 for gone", () => {
  expect(status({ ...device, ttd: "-1" })).toMatchObject([
    { value: { properties: { status: { readyUntil: "9999-12-31T23:59:59Z" } } } },
  ]);
  expect(status({ ...device, ttd: "0" }, { thingId: "acme:d", featureId: "f" })).toMatchObject([
    { path: "/features/f/properties/status/readyUntil", value: "2019-10-29T14:16:18Z" },
  ]);
});

for (const headers of [
  device,
  { ...device, ttd: "-2" },
  { ...device, ttd: "x" },
  { ttd: "1", "creation-time": "1" },
]) {
  test(`ConnectionStatus drops a message with ${JSON.stringify(headers)}`, () => {
    expect(status(headers as ExternalHeaders)).toEqual([]);
  });
}

for (const options of [{}, { thingId: "no id" }, { thingId: "{{ thing:id }}" }]) {
  test(`ConnectionStatus refuses the options ${JSON.stringify(options)}`, () => {
    expect(() => mapper("ConnectionStatus", options as JsonObject)).toThrow(invalid);
  });
}

const message: JsonObject = {
  topic: "acme/coffee/things/live/messages/heat/up",
  headers: { "content-type": "application/octet-stream" },
  path: "/features/tank/inbox/messages/heat/up",
  value: "AQIDBAUG",
  status: 200,
};
const messageHeaders = {
  "content-type": "application/octet-stream",
  status: "200",
  "ditto-message-subject": "heat/up",
  "ditto-message-direction": "TO",
  "ditto-message-thing-id": "acme:coffee",
  "ditto-message-feature-id": "tank",
};

test("RawMessage takes what a message carries out of its envelope, and puts it into one", () => {
  const raw = mapper("RawMessage");

  const [out] = raw.outgoing(told(message));

  expect(out?.headers).toEqual(messageHeaders);
  expect(out?.payload?.bytes()).toEqual(Buffer.from([1, 2, 3, 4, 5, 6]));
  expect(raw.incoming(bytesMessage([1, 2, 3, 4, 5, 6], messageHeaders), context)).toEqual([message]);
});

test("RawMessage carries text as text and JSON as JSON", () => {
  const headers = { ...messageHeaders, "content-type": "application/json" };
  const texts = { ...messageHeaders, "content-type": "text/plain" };

  expect(incoming("RawMessage", {}, '{"a":1}', headers)).toMatchObject([{ value: { a: 1 } }]);
  expect(incoming("RawMessage", {}, "a", texts)).toMatchObject([{ value: "a" }]);
  expect(
    outgoing("RawMessage", {}, { ...message, headers: { "content-type": "text/plain" }, value: { a: 1 } }),
  ).toMatchObject([{ text: '{"a":1}' }]);
});

test("RawMessage takes headers from its options, for brokers that have none", () => {
  const options = {
    incomingMessageHeaders: {
      "content-type": "text/plain",
      "ditto-message-subject": "hello",
      "ditto-message-thing-id": "acme:{{ header:name }}",
      "ditto-message-direction": "FROM",
    },
  };

  expect(incoming("RawMessage", options, "hi", { name: "d" })).toEqual([
    {
      topic: "acme/d/things/live/messages/hello",
      headers: { "content-type": "text/plain" },
      path: "/outbox/messages/hello",
      value: "hi",
    },
  ]);
});

test("RawMessage leaves Ditto's own messages as they are", () => {
  expect(incoming("RawMessage", {}, JSON.stringify(modify), { "content-type": DITTO })).toEqual([modify]);
  expect(outgoing("RawMessage", {}, event)[0]?.text).toBe(JSON.stringify(event));
});

test("RawMessage refuses bytes that are no base64, and messages without a subject", () => {
  const noBytes = { ...message, value: "%" };

  expect(() => outgoing("RawMessage", {}, noBytes)).toThrow(
    expect.objectContaining({ code: "messages:messageformat.invalid" }),
  );
  expect(() => incoming("RawMessage", {}, "x", { "ditto-message-thing-id": "a:b" })).toThrow(failed);
});

const thing = {
  thingId: "{{ header:device_id }}",
  attributes: { by: "{{ request:subjectId }}", "{{ header:k }}": 1 },
};

test("ImplicitThingCreation creates a thing by its template", () => {
  const headers = { device_id: "acme:d", k: "key" };

  expect(
    incoming(
      "ImplicitThingCreation",
      { thing, commandHeaders: { "Correlation-Id": "{{ header:k }}", x: "{{ header:none }}" } },
      "",
      headers,
    ),
  ).toEqual([
    {
      topic: "acme/d/things/twin/commands/create",
      headers: { "if-none-match": "*", "correlation-id": "key", "allow-policy-lockout": true },
      path: "/",
      value: { thingId: "acme:d", attributes: { by: "acme:device", key: 1 } },
    },
  ]);
});

test("what a device sends becomes a text of the thing, and nothing else", () => {
  const evil = '","policyId":"acme:evil","x":"';

  const [created] = incoming("ImplicitThingCreation", { thing: { ...thing, thingId: "acme:d" } }, "", {
    k: evil,
    device_id: "",
  });

  expect(created?.value).toEqual({ thingId: "acme:d", attributes: { by: "acme:device", [evil]: 1 } });
});

test("ImplicitThingCreation leaves references to whoever executes the command", () => {
  const copying = { thingId: "acme:d", _copyPolicyFrom: "{{ ref:things/acme:x/policyId }}" };

  expect(incoming("ImplicitThingCreation", { thing: copying, allowPolicyLockout: false }, "")).toMatchObject([
    { headers: { "allow-policy-lockout": false }, value: copying },
  ]);
});

test("ImplicitThingCreation refuses a message that lacks a header, and an ID that is none", () => {
  expect(() => incoming("ImplicitThingCreation", { thing }, "", {})).toThrow(
    expect.objectContaining({ code: "placeholder:unresolved" }),
  );
  expect(() => incoming("ImplicitThingCreation", { thing }, "", { device_id: "none", k: "k" })).toThrow(
    failed,
  );
  for (const options of [
    {},
    { thing: {} },
    { thing: { thingId: "x" } },
    { thing: { thingId: "a:b", policyId: "x" } },
  ])
    expect(() => mapper("ImplicitThingCreation", options as JsonObject)).toThrow(invalid);
});

test("ImplicitThingCreation fails with the error that answers its command", () => {
  const error = {
    topic: "acme/d/things/twin/errors",
    path: "/",
    value: { status: 403, error: "things:thing.notcreatable", message: "No." },
  };

  expect(() => outgoing("ImplicitThingCreation", { thing }, error)).toThrow(
    expect.objectContaining({ code: "things:thing.notcreatable", status: 403 }),
  );
  expect(outgoing("ImplicitThingCreation", { thing }, event)).toEqual([]);
});

const liveAnswer = {
  topic: "acme/lamp/things/live/commands/retrieve",
  headers: { "correlation-id": "c-3" },
  path: "/features/light",
  value: { properties: { on: true } },
  status: 200,
};

test("UpdateTwinWithLiveResponse merges a live answer into the twin", () => {
  expect(incoming("UpdateTwinWithLiveResponse", {}, JSON.stringify(liveAnswer))).toEqual([
    {
      topic: "acme/lamp/things/twin/commands/merge",
      headers: {
        "response-required": false,
        "if-match": "*",
        "content-type": "application/merge-patch+json",
        "correlation-id": "c-3-merge-into-twin",
      },
      path: "/features/light",
      value: { properties: { on: true } },
    },
  ]);
});

test("UpdateTwinWithLiveResponse fills in its headers", () => {
  const dittoHeadersForMerge = {
    "put-metadata": [{ key: "*/by", value: "{{ header:who }}" }],
    kept: "{{ header:none }}",
  };

  expect(
    incoming("UpdateTwinWithLiveResponse", { dittoHeadersForMerge }, JSON.stringify(liveAnswer), {
      who: "me",
    }),
  ).toMatchObject([
    { headers: { "put-metadata": [{ key: "*/by", value: "me" }], kept: "{{ header:none }}" } },
  ]);
});

for (const other of [
  modify,
  { ...liveAnswer, status: undefined },
  { ...liveAnswer, topic: "acme/lamp/things/twin/commands/retrieve" },
  "x",
]) {
  test(`UpdateTwinWithLiveResponse drops ${JSON.stringify(other).slice(0, 60)}`, () => {
    expect(incoming("UpdateTwinWithLiveResponse", {}, JSON.stringify(other))).toEqual([]);
  });
}

const ceHeaders = {
  "ce-specversion": "1.0",
  "ce-id": "e1",
  "ce-type": "t",
  "ce-source": "s",
  "content-type": DITTO,
};
const ceEvent = { specversion: "1.0", id: "e2", source: "s", type: "t" };
const structured = { "content-type": "application/cloudevents+json" };

test("CloudEvents takes events in binary and in structured mode", () => {
  const base64 = Buffer.from(JSON.stringify(modify)).toString("base64");

  expect(incoming("CloudEvents", {}, JSON.stringify(modify), ceHeaders)).toEqual([
    { ...modify, headers: { "correlation-id": "e1" } },
  ]);
  for (const data of [{ data: modify }, { data_base64: base64 }])
    expect(incoming("CloudEvents", {}, JSON.stringify({ ...ceEvent, ...data }), structured)).toEqual([
      { ...modify, headers: { "correlation-id": "e2" } },
    ]);
});

test("CloudEvents refuses what lacks an attribute or data, and drops other content types", () => {
  expect(() => incoming("CloudEvents", {}, JSON.stringify(modify), { "content-type": DITTO })).toThrow(
    failed,
  );
  expect(() => incoming("CloudEvents", {}, JSON.stringify(ceEvent), structured)).toThrow(failed);
  expect(incoming("CloudEvents", {}, "{}", { "content-type": "application/json" })).toEqual([]);
});

test("CloudEvents tells a message as a structured event", () => {
  const [out] = outgoing("CloudEvents", {}, event);

  expect(out?.headers).toEqual(structured);
  expect(JSON.parse(out?.text as string)).toEqual({
    data: event,
    specversion: "1.0",
    id: "c-2",
    source: "https://github.com/eclipse-ditto/ditto",
    type: "org.eclipse.ditto.outbound:things/twin/events/modified",
    datacontenttype: DITTO,
    time: "2024-05-01T10:00:00Z",
    subject: "acme:lamp",
  });
});
