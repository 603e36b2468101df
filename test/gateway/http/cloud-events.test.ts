// Messages of the Ditto Protocol in CloudEvents.

import { afterEach, describe, expect, test } from "vitest";
import type { LiveOutcome } from "../../../src/dispatch/live/live.ts";
import { thingNotModifiable } from "../../../src/things/errors.ts";
import { type LiveDoor, openLiveDoor } from "./live-door.ts";

let door: LiveDoor;
afterEach(() => door[Symbol.asyncDispose]());

const accepted: LiveOutcome = { is: "accepted" };
const modify = { topic: "org.acme/lamp/things/twin/commands/modify", path: "/attributes/ce", value: 1 };
const attributes = { "ce-specversion": "1.0", "ce-type": "x", "ce-source": "/s", "ce-id": "1" };
const post = (headers: Record<string, string>, body: unknown) =>
  door.fetch("/api/2/cloudevents", {
    method: "POST",
    headers: { "correlation-id": "c", "content-type": "application/json", ...headers },
    body: body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body),
  });
const structured = (event: object) =>
  post(
    { "content-type": "application/cloudevents+json" },
    { specversion: "1.0", type: "x", source: "/s", id: "2", ...event },
  );
const outcomeOf = async (response: Promise<Response>) => {
  const { status } = await response;
  const text = await (await response).text();
  return text === "" ? status : `${status} ${(JSON.parse(text) as { error: string }).error}`;
};

describe("binary mode", () => {
  test("a command is carried out, and its outcome not told", async () => {
    door = await openLiveDoor(() => accepted);

    const response = await post(attributes, modify);

    expect([response.status, await response.text(), response.headers.get("correlation-id")]).toEqual([
      202,
      "",
      null,
    ]);
    expect(door.commands[0]).toMatchObject({
      kind: "thing",
      id: "org.acme:lamp",
      action: "modify",
      path: ["attributes", "ce"],
      value: 1,
      headers: { "correlation-id": "c", "response-required": false, "requested-acks": ["twin-persisted"] },
      auth: { subjects: ["nginx:ditto"] },
    });
  });

  test("its refusal is told", async () => {
    const dispatch = async () => {
      throw thingNotModifiable("org.acme:lamp");
    };
    door = await openLiveDoor(() => accepted, { dispatch });

    expect(await outcomeOf(post(attributes, modify))).toBe("403 things:thing.notmodifiable");
  });

  test("a message waits for its answer, which is told where it is no success", async () => {
    const topic = "org.acme/lamp/things/live/messages/ask";
    const message = {
      topic,
      path: "/inbox/messages/ask",
      headers: { "content-type": "text/plain" },
      value: "q",
    };
    let status = 200;
    door = await openLiveDoor(() => ({
      is: "answer",
      answer: {
        says: "message-response",
        id: "org.acme:lamp",
        direction: "to",
        subject: "ask",
        status,
        headers: {},
        auth: { subjects: ["nginx:device"] },
      },
    }));

    expect((await post(attributes, message)).status).toBe(202);
    status = 418;
    expect((await post(attributes, message)).status).toBe(418);
    expect(door.asked[0]?.signal).toMatchObject({ says: "message", payload: { is: "text", text: "q" } });
    expect(door.asked[0]?.awaited).toMatchObject({ labels: ["live-response"], timeoutMs: 10_000 });
  });

  test("live commands and events are published, and nobody waits for an answer", async () => {
    door = await openLiveDoor(() => accepted);
    const command = { ...modify, topic: "org.acme/lamp/things/live/commands/modify" };
    const event = { ...modify, topic: "org.acme/lamp/things/live/events/modified", revision: 1 };

    expect((await post(attributes, command)).status).toBe(202);
    expect((await post(attributes, event)).status).toBe(202);

    expect(door.asked.map(({ signal: { says }, awaited: { labels } }) => [says, labels])).toEqual([
      ["live-command", []],
      ["live-event", []],
    ]);
  });

  test("an answer of a device is passed on", async () => {
    door = await openLiveDoor(() => accepted);
    const topic = "org.acme/lamp/things/live/messages/ask";

    expect((await post(attributes, { topic, path: "/inbox/messages/ask", status: 204 })).status).toBe(202);

    expect(door.answers[0]).toMatchObject({ says: "message-response", status: 204 });
  });

  test("a command on a policy is carried out", async () => {
    door = await openLiveDoor(() => accepted);

    expect((await post(attributes, { topic: "org.acme/p/policies/commands/delete", path: "/" })).status).toBe(
      202,
    );

    expect(door.commands[0]).toMatchObject({ kind: "policy", id: "org.acme:p", action: "delete" });
  });
});

describe("structured mode, which Ditto's gateway refuses", () => {
  test("the data is the message", async () => {
    door = await openLiveDoor(() => accepted);

    expect((await structured({ datacontenttype: "application/json", data: modify })).status).toBe(202);
    expect((await structured({ data: modify })).status).toBe(202);
    const encoded = Buffer.from(JSON.stringify(modify)).toString("base64");
    expect((await structured({ data_base64: encoded })).status).toBe(202);

    expect(door.commands.map(({ value }) => value)).toEqual([1, 1, 1]);
  });

  test.each([
    [{}, "400 cloudevent.payload.missing"],
    [{ data: modify, dataschema: "http://acme.example" }, "400 cloudevent.dataschema.unsupported"],
    [{ data: modify, datacontenttype: "text/plain" }, "415 mediatype.unsupported"],
    [{ data: modify, specversion: "9" }, "400 cloudevent.unparsable"],
    [{ data: modify, id: "" }, "400 cloudevent.unparsable"],
    [{ data: modify, datacontenttype: 1 }, "400 cloudevent.unparsable"],
  ])("%j is %s", async (event, code) => {
    door = await openLiveDoor(() => accepted);

    expect(await outcomeOf(structured(event))).toBe(code);
    expect(door.commands).toEqual([]);
  });
});

describe("what is no event, or not of this server", () => {
  const rows: readonly [says: string, headers: Record<string, string>, body: unknown, code: string][] = [
    ["no attributes", {}, { a: 1 }, "400 cloudevent.unparsable"],
    ["no id", { ...attributes, "ce-id": "" }, modify, "400 cloudevent.unparsable"],
    ["another version", { ...attributes, "ce-specversion": "2" }, modify, "400 cloudevent.unparsable"],
    ["a time that is none", { ...attributes, "ce-time": "noon" }, modify, "400 cloudevent.unparsable"],
    [
      "a batch",
      { ...attributes, "content-type": "application/cloudevents-batch+json" },
      [],
      "400 cloudevent.unparsable",
    ],
    [
      "structured, but no JSON",
      { "content-type": "application/cloudevents+json" },
      "{",
      "400 cloudevent.unparsable",
    ],
    ["no data", attributes, "", "400 cloudevent.payload.missing"],
    [
      "data of another type",
      { ...attributes, "content-type": "text/plain" },
      modify,
      "415 mediatype.unsupported",
    ],
    [
      "another schema",
      { ...attributes, "ce-dataschema": "http://acme.example" },
      modify,
      "400 cloudevent.dataschema.unsupported",
    ],
    ["no JSON", attributes, "{", "400 json.invalid"],
    ["no message of the protocol", attributes, { a: 1 }, "400 json.field.missing"],
    [
      "an unknown topic",
      attributes,
      { ...modify, topic: "org.acme/lamp" },
      "400 protocoladapter:unknown.topicpath",
    ],
    ["an unknown path", attributes, { ...modify, path: "/nowhere" }, "400 protocoladapter:unknown.path"],
    [
      "an acknowledgement",
      attributes,
      { topic: "org.acme/lamp/things/twin/acks/mine", path: "/", status: 200 },
      "400 signal.unsupported",
    ],
  ];
  test.each(rows)("%s", async (_, headers, body, code) => {
    door = await openLiveDoor(() => accepted);

    expect(await outcomeOf(post(headers, body))).toBe(code);
    expect([door.commands, door.asked, door.faults]).toEqual([[], [], []]);
  });

  test("a refusal tells the ID of its request", async () => {
    door = await openLiveDoor(() => accepted);

    expect((await post({}, { a: 1 })).headers.get("correlation-id")).toBe("c");
  });

  test("events are sent by POST only", async () => {
    door = await openLiveDoor(() => accepted);

    const response = await door.fetch("/api/2/cloudevents");

    expect([response.status, response.headers.get("allow")]).toEqual([405, "POST"]);
  });
});
