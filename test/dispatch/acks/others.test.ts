import { expect, test } from "vitest";
import { clientAck, weakAck } from "../../../src/dispatch/acks/ack.ts";
import { protocolForm } from "../../../src/dispatch/acks/forms.ts";

const id = "org.acme:lamp";

test("an acknowledgement of a client has the headers that it gave, and asks for nothing", () => {
  const incoming = { kind: "thing", id, label: "my-ack", status: 200, correlationId: "c" } as const;
  const headers = { "correlation-id": "c", mine: 1, "requested-acks": ["a-b"], "response-required": true };

  expect(clientAck({ ...incoming, headers, characters: 10, subjects: [], value: null })).toEqual({
    label: "my-ack",
    status: 200,
    payload: null,
    headers: { "correlation-id": "c", mine: 1, "response-required": false },
  });
  expect("payload" in clientAck({ ...incoming, headers, characters: 10, subjects: [] })).toBe(false);
});

test("a weak acknowledgement succeeds, and says that it is one", () => {
  expect(weakAck("my-ack", "c")).toEqual({
    label: "my-ack",
    status: 200,
    payload: expect.any(String),
    headers: { "correlation-id": "c", "response-required": false, "ditto-weak-ack": true },
  });
});

test("acknowledgements of a live signal are told on its channel", () => {
  const text = protocolForm({ kind: "thing", id }, [weakAck("my-ack", "c")], { channel: "live" });

  expect(JSON.parse(text)).toMatchObject({ topic: "org.acme/lamp/things/live/acks", status: 200 });
});
