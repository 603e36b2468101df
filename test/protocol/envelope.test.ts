import { describe, expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../../src/base/json/json.ts";
import { parseJson } from "../../src/base/json/parse.ts";
import { readPath } from "../../src/base/json/pointer.ts";
import {
  commandOf,
  headersOf,
  printError,
  printEvent,
  printResponse,
  readEnvelope,
  thingIdsOf,
} from "../../src/protocol/envelope.ts";
import { type CommandTopic, parseTopic } from "../../src/protocol/topic.ts";
import type { EntityEvent, EventAction } from "../../src/signals/signal.ts";
import { thingNotFound, thingPreconditionFailed } from "../../src/things/errors.ts";
import { codeOf, command, ditto, thingId } from "../support/things.ts";

const topic = "org.acme/lamp/things/twin/commands/modify";
const subjectTopic = "org.acme/lamp/policies/commands/modify";
const read = (message: JsonValue) => readEnvelope(message);
const commandIn = (message: JsonObject) => {
  const envelope = read(message);
  const headers = headersOf(envelope, 5_120);
  return commandOf(
    envelope,
    { ...(parseTopic(envelope.topic) as CommandTopic), id: thingId },
    headers,
    ditto,
  );
};

describe("a message is read", () => {
  test("into a command", () => {
    const message = {
      topic,
      headers: { "Correlation-ID": "c" },
      path: "/attributes/a~1b/~0c",
      value: { x: 1 },
    };
    expect(commandIn(message)).toEqual({
      kind: "thing",
      id: thingId,
      action: "modify",
      path: ["attributes", "a/b", "~c"],
      headers: { "correlation-id": "c" },
      auth: ditto,
      value: { x: 1 },
    });
  });

  test("with its field selector", () => {
    expect(commandIn({ topic, path: "/", fields: "a(b,c)" }).fields).toEqual([
      ["a", "b"],
      ["a", "c"],
    ]);
  });

  test("with a path whose last slash does not count", () => {
    expect(commandIn({ topic, path: "/attributes/" }).path).toEqual(["attributes"]);
    expect(commandIn({ topic, path: "/" }).path).toEqual([]);
  });

  test("with a subject of a policy that is a URL", () => {
    const { path } = commandIn({ topic: subjectTopic, path: "/entries/e/subjects/https://a.b/c:d" });
    expect(path).toEqual(["entries", "e", "subjects", "https:", "", "a.b", "c:d"]);
  });

  test("null is a value, absence is none", () => {
    expect(commandIn({ topic, path: "/", value: null }).value).toBeNull();
    expect("value" in commandIn({ topic, path: "/" })).toBe(false);
  });

  const refused: readonly (readonly [message: JsonValue, code: string])[] = [
    [5, "json.invalid"],
    [null, "json.invalid"],
    [[], "json.invalid"],
    ["text", "json.invalid"],
    [{}, "json.field.missing"],
    [{ topic }, "json.field.missing"],
    [{ path: "/" }, "json.field.missing"],
    [{ topic: 5, path: "/" }, "json.field.missing"],
    [{ topic, path: 5 }, "json.field.missing"],
    [{ topic, path: "/", headers: { "response-required": "x" } }, "header.invalid"],
    [{ topic, path: "//" }, "json.pointer.invalid"],
    [{ topic, path: "/attributes//a" }, "json.pointer.invalid"],
    [{ topic, path: "/attributes//" }, "json.pointer.invalid"],
    [{ topic: subjectTopic, path: "/entries//subjects/https://a" }, "json.pointer.invalid"],
    [{ topic: subjectTopic, path: "/entries/e/resources/thing://a" }, "json.pointer.invalid"],
    [{ topic, path: "/", fields: "a(" }, "json.fieldselector.invalid"],
  ];
  for (const [message, code] of refused) {
    test(`${JSON.stringify(message)}: ${code}`, () =>
      expect(codeOf(() => commandIn(message as JsonObject))).toBe(code));
  }

  test("ids of several things are texts in the value, all of the namespace of the topic", () => {
    const several = (value: JsonValue) => thingIdsOf(read({ topic, path: "/", value }), "a");
    expect(several({ thingIds: ["a:b"] })).toEqual(["a:b"]);
    expect(codeOf(() => several({ thingIds: ["a:b", "c:d"] }))).toBe("things:id.invalid");
    for (const value of [5, {}, { thingIds: "a:b" }, { thingIds: [5] }])
      expect(codeOf(() => several(value))).toBe("json.field.missing");
  });
});

/** The fields that Ditto's JSON schemas (protocol-envelope, protocol-response, protocol-error_response) require, with their types. */
const envelopeSchema = { topic: "string", headers: "object", path: "string" };

function expectFields(message: JsonObject, required: Readonly<Record<string, string>>) {
  const types = Object.keys(required).map((name) => [name, typeof message[name]]);
  expect(Object.fromEntries(types)).toEqual(required);
}

describe("what is printed is valid by Ditto's schemas", () => {
  const asked = command("modify", "/attributes/a~1b", 1, { "correlation-id": "c", "if-match": "*" });

  test("a response, in the order in which Ditto prints it", () => {
    const text = printResponse(asked, { status: 201, revision: 7, etag: '"hash:1"', value: 1 });

    expect(text).toBe(
      '{"topic":"org.acme/lamp/things/twin/commands/modify","headers":{"correlation-id":"c","ditto-originator":"nginx:ditto",' +
        '"entity-revision":7,"response-required":false,"etag":"\\"hash:1\\"","content-type":"application/json"},' +
        '"path":"/attributes/a~1b","value":1,"status":201}',
    );
    expectFields(JSON.parse(text), { ...envelopeSchema, status: "number" });
  });

  test("a response without a value, and one with the text that is at hand", () => {
    expect(JSON.parse(printResponse(asked, { status: 204 }))).not.toHaveProperty("value");
    const text = printResponse(asked, { status: 200, value: 5, text: "9007199254740993" });
    expect(text).toContain('"value":9007199254740993,');
  });

  test("a response to a merge has the content type of merges", () => {
    const { headers } = JSON.parse(printResponse(command("merge", "/", {}), { status: 204 }));
    expect(headers["content-type"]).toBe("application/merge-patch+json");
  });

  test("an error", () => {
    const about = { kind: "thing", id: thingId, auth: ditto } as const;
    const text = printError(thingNotFound(thingId), { "correlation-id": "c" }, about);
    const error = JSON.parse(text);
    expectFields(error, { ...envelopeSchema, value: "object", status: "number" });
    expectFields(error.value, { status: "number", error: "string", message: "string" });
    expect(error).toMatchObject({
      topic: "org.acme/lamp/things/twin/errors",
      headers: { "correlation-id": "c", "ditto-originator": "nginx:ditto", "response-required": false },
      path: "/",
      value: { status: 404, error: "things:thing.notfound" },
      status: 404,
    });
  });

  test("an error about nothing that could be understood", () => {
    const error = JSON.parse(printError(thingNotFound(thingId), {}));
    expect(error.topic).toBe("unknown/unknown/things/twin/errors");
    expect(error.headers).toEqual({ "response-required": false, "content-type": "application/json" });
  });

  test("a failed precondition tells the entity tag", () => {
    const failed = thingPreconditionFailed("if-match", '"rev:1"', '"rev:2"').withEtag('"rev:2"');
    expect(JSON.parse(printError(failed, {})).headers.etag).toBe('"rev:2"');
  });

  const event = (action: EventAction, path: string): EntityEvent => ({
    kind: "thing",
    id: thingId,
    action,
    path: readPath(path),
    revision: 7,
    timestamp: Date.UTC(2026, 10, 21, 10, 11, 12, 13),
    originator: "nginx:ditto",
    headers: { "correlation-id": "c", authorization: "Basic secret", "if-match": "*" },
  });

  test("an event of the server itself names nobody", () => {
    const { originator: _, ...ofNobody } = event("deleted", "/attributes/a");
    expect(JSON.parse(printEvent(ofNobody, undefined)).headers).not.toHaveProperty("ditto-originator");
  });

  test.each(["created", "modified", "merged", "deleted"] as const)("an event: %s", (action) => {
    const printed = JSON.parse(
      printEvent(event(action, "/attributes/a"), action === "deleted" ? undefined : "5"),
    );
    expectFields(printed, { ...envelopeSchema, revision: "number", timestamp: "string" });
    expect(printed).toMatchObject({
      topic: `org.acme/lamp/things/twin/events/${action}`,
      path: "/attributes/a",
      revision: 7,
      timestamp: "2026-11-21T10:11:12.013Z",
    });
    expect("value" in printed).toBe(action !== "deleted");
    expect(printed.headers).toMatchObject({
      "correlation-id": "c",
      "ditto-originator": "nginx:ditto",
      "response-required": false,
      "requested-acks": [],
      "entity-revision": 7,
    });
    expect(Object.keys(printed.headers)).not.toContain("authorization");
    const types = { merged: "application/merge-patch+json", deleted: undefined } as Record<
      string,
      string | undefined
    >;
    expect(printed.headers["content-type"]).toBe(action in types ? types[action] : "application/json");
  });

  test("an event tells a subscriber its extra fields, and the acknowledgements that it is asked for", () => {
    const shown = { extra: { attributes: { b: 1 } }, requestedAcks: ["my-ack"] };
    const printed = JSON.parse(printEvent(event("modified", "/attributes/a"), "5", shown));
    expect(printed).toMatchObject({ value: 5, extra: { attributes: { b: 1 } }, revision: 7 });
    expect(printed.headers["requested-acks"]).toEqual(["my-ack"]);
  });

  test("an error about the live channel is told there", () => {
    const about = { kind: "thing", id: thingId, channel: "live" } as const;
    expect(JSON.parse(printError(thingNotFound(thingId), {}, about))).toMatchObject({
      topic: "org.acme/lamp/things/live/errors",
      headers: { channel: "live" },
    });
  });

  test("texts that need escaping stay what they are", () => {
    const odd = 'a":"\\\u2028€';
    const printed = parseJson(
      printEvent({ ...event("modified", "/"), path: ["attributes", odd] }, '"x"'),
    ) as JsonObject;
    expect(printed.path).toBe(`/attributes/${odd}`);
  });

  test("a command without a correlation id gets one, which its events must have", () => {
    const command = commandIn({ topic, headers: {}, path: "/attributes/a", value: 5 });

    expect(command.headers["correlation-id"]).toMatch(/^[0-9a-f-]{36}$/);
  });
});
