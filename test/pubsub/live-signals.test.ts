import { describe, expect, test, vi } from "vitest";
import type { Stream } from "../../src/pubsub/delivery.ts";
import type { LiveSignal } from "../../src/signals/live.ts";
import { eventOf, liveCommandOf, liveEventOf, messageOf, type Rights, stateOf, worldWith } from "./world.ts";

const rights: Rights = {
  thing: ["thing:/"],
  attribute: ["thing:/attributes/a"],
  but: ["thing:/", "-thing:/attributes/a"],
  messages: ["message:/"],
  inbox: ["message:/inbox"],
  ask: ["message:/features/f/inbox/messages/ask"],
  deaf: ["message:/", "-message:/inbox/messages/ask"],
};

describe("who hears", () => {
  const value = { a: 1, b: 2 };
  const cases: readonly [what: string, stream: Stream, signal: LiveSignal, hear: readonly string[]][] = [
    ["a message to a thing", "MESSAGES", messageOf("ask"), ["messages", "inbox"]],
    ["a message to a feature", "MESSAGES", messageOf("ask", { featureId: "f" }), ["messages", "ask", "deaf"]],
    ["a message from a thing", "MESSAGES", messageOf("ask", { direction: "from" }), ["messages", "deaf"]],
    ["a claim", "MESSAGES", messageOf("claim"), ["messages", "inbox", "deaf"]],
    [
      "a command at a path",
      "LIVE-COMMANDS",
      liveCommandOf("modify", "/attributes/a", 1),
      ["thing", "attribute"],
    ],
    [
      "a command above what is read",
      "LIVE-COMMANDS",
      liveCommandOf("modify", "/attributes", value),
      ["thing", "but"],
    ],
    ["an event at a path", "LIVE-EVENTS", liveEventOf("/attributes/a", 1), ["thing", "attribute"]],
    [
      "an event above what is read",
      "LIVE-EVENTS",
      liveEventOf("/attributes", value),
      ["thing", "attribute", "but"],
    ],
  ];
  for (const [what, stream, signal, hear] of cases) {
    test(`${what}: ${hear.join(", ")}`, () => {
      const { listen, say } = worldWith(rights);
      const listeners = Object.keys(rights).map(
        (subject) => [subject, listen([subject], { stream })] as const,
      );

      say(signal);

      expect(listeners.filter(([, { got }]) => got.length > 0).map(([subject]) => subject)).toEqual(hear);
    });
  }

  test("a live event as far as its listeners may read it, a command whole", () => {
    const { listen, say } = worldWith(rights);
    const events = ["thing", "attribute", "but"].map((subject) =>
      listen([subject], { stream: "LIVE-EVENTS" }),
    );
    const commands = ["thing", "but"].map((subject) => listen([subject], { stream: "LIVE-COMMANDS" }));

    say(liveEventOf("/attributes", value));
    say(liveCommandOf("modify", "/attributes", value));

    expect(events.map(({ got }) => got[0]?.value)).toEqual([value, { a: 1 }, { b: 2 }]);
    expect(commands.map(({ got }) => got[0]?.value)).toEqual([value, value]);
    expect(JSON.parse(events[1]?.got[0]?.text() as string).value).toEqual({ a: 1 });
  });

  test("nobody who listens to another stream", () => {
    const { listen, say, publish } = worldWith(rights);
    const streams: readonly Stream[] = ["EVENTS", "MESSAGES", "LIVE-COMMANDS", "LIVE-EVENTS"];
    const listeners = streams.map((stream) => listen(["thing", "messages"], { stream }));

    publish(eventOf("modified", "/attributes/a", 1));
    say(messageOf("ask"));
    say(liveCommandOf("delete", "/attributes/a"));
    say(liveEventOf("/attributes/a", 2));

    const said = listeners.map(({ got }) =>
      got.map(({ signal }) => ("says" in signal ? signal.says : "event")),
    );
    expect(said).toEqual([["event"], ["message"], ["live-command"], ["live-event"]]);
  });
});

describe("acknowledgements of who does not get what is said are weak", () => {
  const headers = { "correlation-id": "c", "requested-acks": ["lamp:on", "lamp:log", "nobody:does"] };
  const declared = new Set(["lamp:on", "lamp:log"]);

  function worldOfAcks() {
    const weakAck = vi.fn();
    return { weakAck, ...worldWith(rights, { isDeclared: (label) => declared.has(label), weakAck }) };
  }

  test("for each declared label, where no listener has it", () => {
    const { weakAck, listen, say } = worldOfAcks();
    listen(["messages"], { stream: "MESSAGES", declaredAcks: new Set(["lamp:on"]) });
    listen(["thing"], { stream: "MESSAGES", declaredAcks: new Set(["lamp:log"]) });

    say(messageOf("ask", { headers }));

    expect(weakAck.mock.calls).toEqual([["org.acme:lamp", "c", "lamp:log"]]);
  });

  test("where the filter or the namespaces of the listener leave it out", () => {
    const { weakAck, listen, publish } = worldOfAcks();
    listen(["thing"], { filter: "gt(attributes/a,5)", declaredAcks: new Set(["lamp:on"]) });
    listen(["thing"], { namespaces: "org", declaredAcks: new Set(["lamp:log"]) });

    publish(eventOf("modified", "/attributes/a", 6, headers));
    publish(eventOf("modified", "/attributes/a", 5, headers));

    expect(weakAck.mock.calls.map(([, , label]) => label)).toEqual(["lamp:log", "lamp:on", "lamp:log"]);
  });

  test("where the policy is not there", () => {
    const { weakAck, listen, pubsub } = worldOfAcks();
    listen(["thing"], { declaredAcks: new Set(["lamp:on"]) });
    pubsub.publish(eventOf("modified", "/attributes/a", 1, headers), undefined, undefined, stateOf({}));
    expect(weakAck.mock.calls.map(([, , label]) => label)).toEqual(["lamp:on", "lamp:log"]);
  });

  test("where nobody listens at all, but not where none is requested", () => {
    const { weakAck, say } = worldOfAcks();
    say(messageOf("ask", { headers }));
    say(messageOf("ask", { headers: { "correlation-id": "c", "requested-acks": [] } }));
    say(messageOf("ask"));
    expect(weakAck.mock.calls.map(([, , label]) => label)).toEqual(["lamp:on", "lamp:log"]);
  });
});
