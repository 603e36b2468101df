// Messages over HTTP: what is sent to receivers, and how their answers become HTTP.

import { afterEach, describe, expect, test } from "vitest";
import { commandTimeout } from "../../../src/dispatch/acks/errors.ts";
import { messageNotAllowed } from "../../../src/dispatch/live/errors.ts";
import type { LiveOutcome } from "../../../src/dispatch/live/live.ts";
import type { Message, MessageResponse, Payload } from "../../../src/signals/live.ts";
import { type LiveDoor, openLiveDoor, type Play, toldIn } from "./live-door.ts";

let door: LiveDoor;
afterEach(() => door[Symbol.asyncDispose]());

const accepted: LiveOutcome = { is: "accepted" };
const lamp = "/api/2/things/org.acme:lamp";
const post = (
  path: string,
  body: string | Uint8Array<ArrayBuffer> | null = null,
  headers: Record<string, string> = {},
) => door.fetch(path, { method: "POST", body, headers: { "correlation-id": "c", ...headers } });
const sent = (): Message => door.asked[0]?.signal as Message;

async function codeOf(response: Promise<Response>) {
  const { status, error } = (await (await response).json()) as { status: number; error: string };
  return `${status} ${error}`;
}

/** An answer of the device. */
const answering =
  (status: number, payload?: Payload, contentType?: string): Play =>
  (said) => {
    const { id } = said as Message;
    const type = contentType === undefined ? {} : { "content-type": contentType };
    const answer: MessageResponse = {
      says: "message-response",
      id,
      direction: "from",
      subject: "ask",
      status,
      ...(payload && { payload }),
      headers: { "correlation-id": "changed", ...type, "x-own": "1" },
      auth: { subjects: ["nginx:device"] },
    };
    return { is: "answer", answer };
  };

describe("what is sent", () => {
  test("a message says what it is about, and its receivers how long its sender waits", async () => {
    door = await openLiveDoor(() => accepted);

    const response = await post(`${lamp}/inbox/messages/ask/now?timeout=10s`, '{"q":1}', {
      "content-type": "application/json",
      "x-mine": "m",
    });

    expect([response.status, await response.text()]).toEqual([202, ""]);
    const { headers, ...said } = sent();
    expect(said).toEqual({
      says: "message",
      id: "org.acme:lamp",
      direction: "to",
      subject: "ask/now",
      payload: { is: "json", value: { q: 1 } },
      auth: { subjects: ["nginx:ditto"] },
    });
    expect(headers).toMatchObject({
      "correlation-id": "c",
      channel: "live",
      timeout: "10",
      "content-type": "application/json",
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      "x-mine": "m",
    });
  });

  test("a message from a feature is in its outbox", async () => {
    door = await openLiveDoor(() => accepted);

    await post(`${lamp}/features/a%20b/outbox/messages/alarm`, "hot", { "content-type": "text/plain" });

    expect(sent()).toMatchObject({
      featureId: "a b",
      direction: "from",
      subject: "alarm",
      payload: { is: "text", text: "hot" },
    });
  });

  test("bytes, and what does not say what it is, stay bytes", async () => {
    door = await openLiveDoor(() => accepted);

    await post(`${lamp}/inbox/messages/a`, new Uint8Array([0, 255]), { "content-type": "image/png" });
    await post(`${lamp}/inbox/messages/a`, new Uint8Array([0, 255]));

    const [image, unknown] = door.asked.map(({ signal }) => signal as Message);
    expect(image?.headers["content-type"]).toBe("image/png");
    expect(unknown?.headers["content-type"]).toBe("application/octet-stream");
    for (const one of [image, unknown]) {
      expect(one?.payload?.is === "bytes" && [...one.payload.bytes]).toEqual([0, 255]);
    }
  });

  test("a message without a body has no payload, whatever its content type says", async () => {
    door = await openLiveDoor(() => accepted);

    await post(`${lamp}/inbox/messages/a`, "", { "content-type": "application/json" });

    expect("payload" in sent()).toBe(false);
  });

  test("a subject stays in percent-encoding, without what need not be encoded", async () => {
    door = await openLiveDoor(() => accepted);

    await post(`${lamp}/inbox/messages/%61%20b%2Fc/%C3%A4:1/`);

    expect(sent().subject).toBe("a%20b%2Fc/%C3%A4:1");
  });

  test("claim messages have a path of their own, and wait longer", async () => {
    door = await openLiveDoor(() => accepted);

    await post(`${lamp}/inbox/claim`, "{}", { "content-type": "application/json" });
    await post(`${lamp}/inbox/claim/?timeout=10m`);

    expect(sent()).toMatchObject({ subject: "claim", direction: "to", headers: { timeout: "60" } });
    expect(door.asked.map(({ awaited }) => awaited.timeoutMs)).toEqual([60_000, 600_000]);
  });
});

describe("what is awaited", () => {
  const rows: readonly [query: string, awaited: object][] = [
    ["", { labels: ["live-response"], timeoutMs: 10_000, responseRequired: true }],
    ["?timeout=500ms", { labels: ["live-response"], timeoutMs: 500, responseRequired: true }],
    ["?timeout=0", { labels: [], timeoutMs: 0, responseRequired: false }],
    ["?response-required=false", { labels: [], timeoutMs: 10_000, responseRequired: false }],
    ["?requested-acks=mine", { labels: ["mine", "live-response"], responseRequired: true }],
  ];

  test.each(rows)("'%s'", async (query, awaited) => {
    door = await openLiveDoor(() => accepted);

    await post(`${lamp}/inbox/messages/a${query}`);

    expect(door.asked[0]?.awaited).toMatchObject(awaited);
  });

  test("acknowledgements are answered together", async () => {
    const acks = [
      { label: "mine", status: 400, payload: "no", headers: {} },
      { label: "live-response", status: 200, payload: { a: 1 }, headers: {} },
    ];
    door = await openLiveDoor(() => ({ is: "acks", acks }));

    const response = await post(`${lamp}/inbox/messages/a?requested-acks=mine,live-response&timeout=5`, "x", {
      "content-type": "text/plain",
    });

    expect(response.status).toBe(424);
    expect(toldIn(response)).toMatchObject({
      channel: "live",
      timeout: "5",
      "content-type": "application/json",
    });
    expect(await response.json()).toEqual({
      mine: { status: 400, payload: "no", headers: {} },
      "live-response": { status: 200, payload: { a: 1 }, headers: {} },
    });
  });
});

describe("the responder chooses", () => {
  test("status, content type and body; the ID is that of the request", async () => {
    door = await openLiveDoor(answering(418, { is: "text", text: "reply text" }, "text/plain"));

    const response = await post(`${lamp}/inbox/messages/ask`);

    expect([response.status, await response.text()]).toEqual([418, "reply text"]);
    expect(toldIn(response)).toEqual({
      "correlation-id": "c",
      channel: "live",
      "response-required": "false",
      "ditto-originator": "nginx:device",
      "content-type": "text/plain",
    });
  });

  test("JSON of any kind, texts with their quotes", async () => {
    door = await openLiveDoor(answering(200, { is: "json", value: "a" }, "application/vnd.acme+json"));

    const response = await post(`${lamp}/inbox/messages/ask`);

    expect(await response.text()).toBe('"a"');
    expect(response.headers.get("content-type")).toBe("application/vnd.acme+json");
  });

  test.each([
    ["image/png", "image/png"],
    [undefined, "application/octet-stream"],
    ["none at all", "application/octet-stream"],
  ])("bytes, of the content type %s", async (given, told) => {
    door = await openLiveDoor(answering(200, { is: "bytes", bytes: new Uint8Array([0, 200]) }, given));

    const response = await post(`${lamp}/inbox/messages/ask`);

    expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([0, 200]);
    expect(response.headers.get("content-type")).toBe(told);
  });

  test("204 has no body, whatever came", async () => {
    door = await openLiveDoor(answering(204, { is: "text", text: "lost" }, "text/plain"));

    const response = await post(`${lamp}/inbox/messages/ask`);

    expect([response.status, await response.text()]).toEqual([204, ""]);
    expect(response.headers.has("content-type")).toBe(false);
  });

  test.each([
    [502, 200],
    [101, 200],
    [599, 599],
    [304, 304],
  ])("a status %i is told as %i", async (chosen, told) => {
    door = await openLiveDoor(answering(chosen));

    expect((await post(`${lamp}/inbox/messages/ask`)).status).toBe(told);
    expect(door.faults).toEqual([]);
  });
});

describe("refusals", () => {
  test("nobody answers in time: as recorded of Ditto", async () => {
    door = await openLiveDoor(() => {
      throw commandTimeout(1_000);
    });

    const response = await post(`${lamp}/inbox/messages/ask?timeout=1`, "ping", {
      "content-type": "text/plain",
    });

    expect(response.status).toBe(408);
    expect(toldIn(response)).toEqual({
      "correlation-id": "c",
      channel: "live",
      timeout: "1",
      "response-required": "false",
      "content-type": "application/json",
    });
  });

  test("the sender may not: as recorded of Ditto", async () => {
    door = await openLiveDoor(() => {
      throw messageNotAllowed("org.acme:lamp");
    });

    const response = await post(`${lamp}/inbox/messages/ask?timeout=0`, "ping", {
      "content-type": "text/plain",
    });

    expect(response.status).toBe(403);
    expect(toldIn(response)).toEqual({
      "correlation-id": "c",
      channel: "live",
      timeout: "0",
      "requested-acks": "[]",
      "response-required": "false",
      "ditto-originator": "nginx:ditto",
      "content-type": "application/json",
    });
  });

  const rows: readonly [says: string, path: string, code: string][] = [
    ["no subject", `${lamp}/inbox/messages/`, "400 messages:subject.invalid"],
    ["an ID that is none", "/api/2/things/none/inbox/messages/a", "400 things:id.invalid"],
    ["a feature ID that is none", `${lamp}/features/a%2Fb/inbox/messages/a`, "400 json.key.invalid"],
    ["a timeout that is none", `${lamp}/inbox/messages/a?timeout=soon`, "400 timeout.invalid"],
    ["a timeout of more than a minute", `${lamp}/inbox/messages/a?timeout=61`, "400 timeout.invalid"],
    ["a claim of more than ten minutes", `${lamp}/inbox/claim?timeout=601`, "400 timeout.invalid"],
    ["no time for an answer", `${lamp}/inbox/messages/a?timeout=0&requested-acks=mine`, "400 header.invalid"],
  ];
  test.each(rows)("%s", async (_, path, code) => {
    door = await openLiveDoor(() => accepted);

    expect(await codeOf(post(path))).toBe(code);
    expect(door.asked).toEqual([]);
  });

  test("JSON that is none, and a payload that is too large", async () => {
    door = await openLiveDoor(() => accepted);
    const json = { "content-type": "application/json" };

    expect(await codeOf(post(`${lamp}/inbox/messages/a`, '{"a"', json))).toBe("400 json.invalid");
    expect(await codeOf(post(`${lamp}/inbox/messages/a`, "x".repeat(1_001)))).toBe(
      "413 messages:payload.toolarge",
    );
    expect(door.asked).toEqual([]);
  });

  test("a namespace that the caller may not reach", async () => {
    const check = () => {
      throw messageNotAllowed("org.acme:lamp");
    };
    door = await openLiveDoor(() => accepted, { reachOf: () => ({ check }) as never });

    expect((await post(`${lamp}/inbox/messages/a`)).status).toBe(403);
    expect(door.asked).toEqual([]);
  });

  test.each([
    ["PUT", "/inbox/messages/a", 405],
    ["DELETE", "/outbox", 405],
    ["PATCH", "/inbox/claim", 405],
    ["POST", "/inbox", 404],
    ["POST", "/inbox/messages", 404],
    ["POST", "/inbox/claim/more", 404],
    ["POST", "/features/f/inbox/claim", 404],
    ["POST", "/outbox/claim", 404],
  ])("%s %s is %i in plain text", async (method, path, status) => {
    door = await openLiveDoor(() => accepted);

    const response = await door.fetch(`${lamp}${path}`, { method });

    expect([response.status, response.headers.get("content-type")]).toEqual([
      status,
      "text/plain; charset=UTF-8",
    ]);
  });
});

test("an attribute may be called inbox", async () => {
  door = await openLiveDoor(() => accepted);

  await door.fetch(`${lamp}/attributes/inbox`, { method: "DELETE" });

  expect(door.commands[0]?.path).toEqual(["attributes", "inbox"]);
});

describe("what a browser is shown", () => {
  const answerOf = async (type: string) => {
    door = await openLiveDoor(answering(200, { is: "text", text: "<script>" }, type));
    const { headers } = await post(`${lamp}/inbox/messages/ask`);
    return [headers.get("content-security-policy"), headers.get("x-content-type-options")];
  };

  test.each([
    "text/html",
    "image/svg+xml; charset=utf-8",
    "application/xhtml+xml",
    "TEXT/HTML",
    "text/xml",
    "x/y",
  ])("of an answer of type %s runs with nobody's rights", async (type) =>
    expect(await answerOf(type)).toEqual(["sandbox", "nosniff"]),
  );

  test.each([
    "text/plain",
    "application/json",
    "application/vnd.acme+json;v=1",
    "application/octet-stream",
    "no type",
  ])("of an answer of type %s is nothing that runs", async (type) =>
    expect(await answerOf(type)).toEqual([null, null]),
  );
});

test("an acknowledgement that ends no exchange of HTTP, or has no body there, is told as one that does", async () => {
  const statusFor = async (status: number) => {
    const acks = [{ label: "my-ack", status, payload: { a: 1 }, headers: {} }];
    door = await openLiveDoor(() => ({ is: "acks", acks }));
    const response = await post(`${lamp}/inbox/messages/ask?requested-acks=my-ack&timeout=1s`);
    const answer = [response.status, await response.text()];
    await door[Symbol.asyncDispose]();
    return answer;
  };

  for (const status of [100, 101, 199]) expect(await statusFor(status)).toEqual([424, '{"a":1}']);
  for (const status of [204, 205, 304]) expect(await statusFor(status)).toEqual([status, ""]);
  for (const status of [200, 299, 404, 599]) expect(await statusFor(status)).toEqual([status, '{"a":1}']);
});
