// What a source says of its messages: headers, subjects, enforcement, acknowledgements.

import { describe, expect, test } from "vitest";
import type { Said } from "../../../src/connectivity/inbound/converse.ts";
import type { Source } from "../../../src/connectivity/model.ts";
import { modifyOf, receivedOf, settle } from "../world.ts";
import { worldOf } from "./receiver-world.ts";

describe("headers", () => {
  test("are mapped below those of the message; what has no value is left out", () => {
    const { receiver, said } = worldOf({
      headerMapping: {
        "correlation-id": "{{ header:message-id }}",
        device: "{{ header:device_id }}@{{ thing:name }}",
        topic: "{{ topic:action }}",
        gone: "{{ header:none }}",
      },
    });
    receiver.received(0, receivedOf(modifyOf("/attributes/a", { Device: "own" }), { "message-id": "m1" }));
    expect(said[0]?.message.headers).toEqual({ device: "own", "correlation-id": "m1", topic: "modify" });
  });

  test("without a correlation ID get one", () => {
    const { receiver, said } = worldOf();
    receiver.received(0, receivedOf(modifyOf()));
    expect(said[0]?.message.headers).toMatchObject({
      "correlation-id": expect.stringMatching(/^[\da-f-]{36}$/),
    });
  });

  test("about diversion stay with the connection", async () => {
    const mapping = { "divert-response-to-connection": "other", "divert-expected-response-types": "error" };
    const { receiver, said, answers } = worldOf({ headerMapping: mapping });
    receiver.received(0, receivedOf(modifyOf()));
    await settle();
    expect(said[0]?.message.headers).not.toHaveProperty("divert-response-to-connection");
    expect(answers[0]?.request).toMatchObject({ divertTo: "other", divertTypes: "error" });
  });
});

describe("the authorization context", () => {
  test("may name headers of the message", () => {
    const { receiver, said } = worldOf({ authorizationContext: ["fixed", "device:{{ header:device_id }}"] });
    receiver.received(0, receivedOf(modifyOf(), { device_id: "d1" }));
    expect(said[0]?.auth.subjects).toEqual(["fixed", "device:d1"]);
  });

  test("refuses a message that lacks such a header, whatever else it could speak for", () => {
    const { receiver, said, answers } = worldOf({
      authorizationContext: ["fixed", "device:{{ header:device_id }}"],
    });
    const message = receivedOf(modifyOf());
    receiver.received(0, message);
    expect(said).toEqual([]);
    expect(JSON.parse(answers[0]?.answer.text() as string).value.error).toBe("placeholder:unresolved");
    expect(message.settled).toEqual(["accept"]);
  });
});

describe("enforcement", () => {
  const enforcement = { input: "{{ header:device_id }}", filters: ["{{ entity:id }}", "x:{{ thing:name }}"] };

  for (const device_id of ["org.acme:lamp", "x:lamp"]) {
    test(`lets ${device_id} speak of org.acme:lamp`, () => {
      const { receiver, said } = worldOf({ enforcement });
      receiver.received(0, receivedOf(modifyOf(), { device_id }));
      expect(said).toHaveLength(1);
    });
  }

  test("refuses others, tells them so and settles the message", () => {
    const { receiver, said, answers, counts } = worldOf({ enforcement });
    const message = receivedOf(modifyOf("/", { "correlation-id": "c" }), { device_id: "org.acme:other" });
    receiver.received(0, message);
    expect(said).toEqual([]);
    const refusal = JSON.parse(answers[0]?.answer.text() as string);
    expect(refusal).toMatchObject({
      topic: "org.acme/lamp/things/twin/errors",
      headers: { "correlation-id": "c" },
      value: { error: "connectivity:connection.id.enforcement.failed", status: 400 },
    });
    expect(counts).toMatchObject({
      "source in/# enforced failure": 1,
      "source in/# acknowledged success": 1,
    });
    expect(message.settled).toEqual(["accept"]);
  });

  test("can go by the address", () => {
    const byAddress = {
      input: "{{ source:address }}",
      filters: ["in/{{ thing:namespace }}/{{ thing:name }}"],
    };
    const { receiver, said } = worldOf({ enforcement: byAddress });
    receiver.received(0, receivedOf(modifyOf(), {}, "in/org.acme/lamp"));
    receiver.received(0, receivedOf(modifyOf(), {}, "in/org.acme/other"));
    expect(said).toHaveLength(1);
  });
});

describe("acknowledgements", () => {
  const acksSaid = (
    source: Partial<Source>,
    headers: Record<string, never | unknown> = {},
    external = {},
  ) => {
    const { receiver, said } = worldOf(source);
    receiver.received(0, receivedOf(modifyOf("/", headers as never), external));
    const { headers: told } = (said[0] as Said).message;
    return (told as Record<string, unknown>)["requested-acks"];
  };
  const includes = ["twin-persisted", "{{connection:id}}:mine"];

  test("are requested beside those of the message, unless it wants none", () => {
    expect(acksSaid({ acknowledgementRequests: { includes } })).toEqual(["twin-persisted", "bridge:mine"]);
    expect(acksSaid({ acknowledgementRequests: { includes } }, { "requested-acks": ["a:own"] })).toEqual([
      "a:own",
      "twin-persisted",
      "bridge:mine",
    ]);
    expect(acksSaid({ acknowledgementRequests: { includes } }, { "requested-acks": [] })).toEqual([]);
  });

  test("are requested only where the filter leaves something", () => {
    const acknowledgementRequests = { includes, filter: "fn:filter(header:qos,'ne','0')" };
    expect(acksSaid({ acknowledgementRequests }, {}, { qos: "0" })).toEqual([]);
    expect(acksSaid({ acknowledgementRequests }, {}, { qos: "1" })).toEqual([
      "twin-persisted",
      "bridge:mine",
    ]);
  });

  test("can be chosen by the filter alone", () => {
    const acknowledgementRequests = { includes: [], filter: `fn:default('["a:chosen"]')` };
    expect(acksSaid({ acknowledgementRequests })).toEqual(["a:chosen"]);
  });

  test("are not requested of a read", () => {
    const { receiver, said } = worldOf({ acknowledgementRequests: { includes } });
    receiver.received(0, receivedOf({ topic: "org.acme/lamp/things/twin/commands/retrieve", path: "/" }));
    expect(said[0]?.message.headers).not.toHaveProperty("requested-acks");
  });
});
