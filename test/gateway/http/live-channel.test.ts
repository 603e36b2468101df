// `channel=live` over HTTP, and reads whose condition chooses the channel.

import { afterEach, describe, expect, test } from "vitest";
import { commandTimeout } from "../../../src/dispatch/acks/errors.ts";
import type { LiveOutcome } from "../../../src/dispatch/live/live.ts";
import type { LiveCommand, LiveResponse } from "../../../src/signals/live.ts";
import { thingNotModifiable } from "../../../src/things/errors.ts";
import { type LiveDoor, openLiveDoor, type Play, toldIn } from "./live-door.ts";

let door: LiveDoor;
afterEach(() => door[Symbol.asyncDispose]());

const lamp = "/api/2/things/org.acme:lamp";
const json = { "content-type": "application/json" };
const ask = (method: string, path: string, body?: unknown, headers: Record<string, string> = json) =>
  door.fetch(path, {
    method,
    headers: { "correlation-id": "c", ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
const accepted: LiveOutcome = { is: "accepted" };

/** An answer of the device. */
const answering =
  (status: number, value?: LiveResponse["value"]): Play =>
  (said) => {
    const { id, action, path } = said as LiveCommand;
    const about = {
      id,
      action,
      path,
      headers: { "correlation-id": "c" },
      auth: { subjects: ["nginx:device"] },
    };
    const answer = {
      says: "live-response",
      ...about,
      status,
      ...(value !== undefined && { value }),
    } as const;
    return { is: "answer", answer };
  };

const ofDevice = {
  "correlation-id": "c",
  channel: "live",
  "response-required": "false",
  "ditto-originator": "nginx:device",
};

describe("on the live channel", () => {
  test("what waits for the device takes up room for its body, and none where it has no body", async () => {
    door = await openLiveDoor(() => accepted);

    await ask("GET", `${lamp}?channel=live`);
    await ask("PUT", `${lamp}/attributes/a?channel=live`, "12345");

    expect(door.asked.map(({ waiter }) => waiter.characters)).toEqual([0, 7]);
  });

  test("a read is answered by the device, as recorded of Ditto", async () => {
    door = await openLiveDoor(answering(200, "live value"));

    const response = await ask("GET", `${lamp}/attributes/a?channel=live&timeout=8s`, undefined, {
      "x-mine": "m",
    });

    expect([response.status, await response.text()]).toEqual([200, '"live value"']);
    expect(toldIn(response)).toEqual({ ...ofDevice, "content-type": "application/json" });
    expect(door.asked[0]?.signal).toMatchObject({
      says: "live-command",
      action: "retrieve",
      path: ["attributes", "a"],
      headers: { channel: "live", timeout: "8s", "x-mine": "m" },
    });
    expect(door.asked[0]?.awaited).toMatchObject({ labels: ["live-response"], timeoutMs: 8_000 });
    expect(door.commands).toEqual([]);
  });

  test("the header counts as the parameter does", async () => {
    door = await openLiveDoor(answering(200, {}));

    expect((await ask("GET", `${lamp}?fields=attributes`, undefined, { channel: "live" })).status).toBe(200);

    expect(door.asked[0]?.signal).toMatchObject({ path: [], fields: [["attributes"]] });
  });

  test.each([
    ["PUT", "", "modify"],
    ["PUT", "/features/f/properties/p", "modify"],
    ["PATCH", "/attributes", "merge"],
    ["DELETE", "/features/f", "delete"],
  ])("%s %s asks the device to %s", async (method, path, action) => {
    door = await openLiveDoor(answering(204));
    const body = method === "DELETE" ? undefined : { a: 1 };
    const type = method === "PATCH" ? { "content-type": "application/merge-patch+json" } : json;

    const response = await ask(method, `${lamp}${path}?channel=live`, body, type);

    expect([response.status, await response.text()]).toEqual([204, ""]);
    expect(toldIn(response)).toEqual(ofDevice);
    expect(door.asked[0]?.signal).toMatchObject({
      says: "live-command",
      action,
      ...(body && { value: body }),
    });
  });

  test("what the device says it created is told with its place", async () => {
    door = await openLiveDoor(answering(201, 1));

    const response = await ask("PUT", `${lamp}/attributes/a?channel=live`, 1);

    expect(response.headers.get("location")).toMatch(
      /^http:\/\/127.0.0.1:\d+\/api\/2\/things\/org.acme:lamp\/attributes\/a$/,
    );
  });

  test("a refusal by the device is told in its words", async () => {
    const error = { status: 404, error: "things:attribute.notfound", message: "none here" };
    door = await openLiveDoor((said) => ({
      is: "answer",
      answer: {
        says: "live-error",
        id: said.id,
        status: 404,
        error,
        headers: {},
        auth: { subjects: ["nginx:device"] },
      },
    }));

    const response = await ask("GET", `${lamp}/attributes/a?channel=live`);

    expect([response.status, await response.json()]).toEqual([404, error]);
    expect(toldIn(response)).toEqual({ ...ofDevice, "content-type": "application/json" });
  });

  test("nobody answers in time: as recorded of Ditto", async () => {
    door = await openLiveDoor(() => {
      throw commandTimeout(1_000);
    });

    const response = await ask("GET", `${lamp}?channel=live&timeout=1s`);

    expect(response.status).toBe(408);
    expect(toldIn(response)).toEqual({
      "correlation-id": "c",
      channel: "live",
      timeout: "1s",
      "response-required": "false",
      "content-type": "application/json",
    });
  });

  test("a refusal tells whom it concerns", async () => {
    door = await openLiveDoor(() => {
      throw thingNotModifiable("org.acme:lamp");
    });

    const response = await ask("PUT", `${lamp}/attributes/a?channel=live`, 1);

    expect(toldIn(response)).toEqual({
      "correlation-id": "c",
      channel: "live",
      "response-required": "true",
      "ditto-originator": "nginx:ditto",
      "content-type": "application/json",
    });
  });

  test.each([
    ["POST", "/api/2/things?channel=live", "405 things:thing.notcreatable"],
    ["GET", "/api/2/things?channel=live", "400 header.notsupported"],
    ["GET", "/api/2/things?ids=org.acme:lamp&channel=live", "400 header.notsupported"],
    ["GET", "/api/2/search/things?channel=live", "400 header.notsupported"],
    ["GET", "/api/2/things?live-channel-condition=exists(attributes)", "400 header.notsupported"],
    ["GET", `${lamp}?channel=dead`, "400 header.invalid"],
    ["GET", `${lamp}?channel=live&timeout=61`, "400 gateway:timeout.invalid"],
  ])("%s %s is %s", async (method, path, code) => {
    door = await openLiveDoor(() => accepted);

    const { status, error } = (await (
      await ask(method, path, method === "POST" ? {} : undefined)
    ).json()) as {
      status: number;
      error: string;
    };

    expect(`${status} ${error}`).toBe(code);
    expect(door.asked).toEqual([]);
  });

  test("a JSON patch, which devices do not know, is refused", async () => {
    door = await openLiveDoor(() => accepted);

    const type = { "content-type": "application/json-patch+json" };

    expect((await ask("PATCH", `${lamp}?channel=live`, [], type)).status).toBe(415);
  });

  test("the channel means nothing to a policy", async () => {
    door = await openLiveDoor(() => accepted);

    expect((await ask("DELETE", "/api/2/policies/org.acme:lamp?channel=live")).status).toBe(204);

    expect(door.commands[0]).toMatchObject({ kind: "policy", action: "delete" });
  });

  test("the channel 'twin' is where requests go by themselves", async () => {
    door = await openLiveDoor(() => accepted);

    const response = await ask("DELETE", `${lamp}?channel=twin`);

    expect([response.status, response.headers.get("channel")]).toEqual([204, "twin"]);
    expect(door.asked).toEqual([]);
  });
});

describe("where a condition chooses the channel", () => {
  const condition = "live-channel-condition=exists(attributes/live)";

  test("the device's answer tells that it is", async () => {
    door = await openLiveDoor(answering(200, { a: 1 }));

    const response = await ask("GET", `${lamp}/attributes?${condition}&timeout=5`);

    expect(await response.json()).toEqual({ a: 1 });
    expect(toldIn(response)).toEqual({
      ...ofDevice,
      "live-channel-condition-matched": "true",
      "content-type": "application/json",
    });
    expect(door.smart[0]).toMatchObject({ action: "retrieve", headers: { timeout: "5" } });
  });

  test("the twin's answer tells that it is", async () => {
    const headers = { channel: "twin", "live-channel-condition-matched": false };
    const reply = { status: 200, value: { a: 2 }, revision: 3, etag: '"rev:3"', headers };
    door = await openLiveDoor(() => ({ is: "twin", reply }));

    const response = await ask("GET", `${lamp}?${condition}`);

    expect(await response.json()).toEqual({ a: 2 });
    expect(toldIn(response)).toEqual({
      "correlation-id": "c",
      channel: "twin",
      "live-channel-condition-matched": "false",
      "response-required": "false",
      "ditto-originator": "nginx:ditto",
      "entity-revision": "3",
      etag: '"rev:3"',
      "content-type": "application/json",
    });
  });

  test("who is content with the twin asks the device first", async () => {
    door = await openLiveDoor(() => ({ is: "twin", reply: { status: 200, value: 1 } }));

    await ask("GET", `${lamp}?channel=live&live-channel-timeout-strategy=use-twin`);
    await ask("GET", `${lamp}?channel=live&live-channel-timeout-strategy=fail`);

    expect([door.smart.length, door.asked.length]).toEqual([1, 1]);
  });

  test("a device that was chosen and does not answer", async () => {
    door = await openLiveDoor(() => {
      throw commandTimeout(1_000);
    });

    const response = await ask("GET", `${lamp}?${condition}&timeout=1`);

    expect(response.status).toBe(408);
    expect(toldIn(response)).toMatchObject({ channel: "live", "live-channel-condition-matched": "true" });
  });

  test("only reads may have one, which the twin says once it knows that the write is allowed", async () => {
    door = await openLiveDoor(() => accepted);

    await ask("PUT", `${lamp}/attributes/a?${condition}`, 1);

    expect(door.commands).toMatchObject([
      { action: "modify", headers: { "live-channel-condition": expect.any(String) } },
    ]);
    expect(door.asked).toEqual([]);
  });
});
