import { describe, expect, test } from "vitest";
import { namedEventText } from "../../src/gateway/sse/event.ts";
import type { Message, Payload } from "../../src/signals/live.ts";
import { openEventDoor } from "./event-door.ts";

const LAMP = "/api/2/things/org.acme:lamp";

const message = (subject: string, more: Partial<Message> = {}): Message => ({
  says: "message",
  id: "org.acme:lamp",
  direction: "to",
  subject,
  headers: {},
  auth: { subjects: ["nginx:ditto"] },
  ...more,
});

/** Says which of some messages a stream has, by their subjects. */
async function shown(path: string, ...messages: readonly Message[]): Promise<readonly string[]> {
  await using door = await openEventDoor();
  const stream = door.listen(path);
  await expect.poll(() => door.subscriptions.size, { interval: 5 }).toBe(1);
  for (const one of messages) door.deliver(one);
  door.streams.close();
  await expect.poll(() => stream.isOver()).toBe(true);
  return stream.events().flatMap((event) => /\nevent:(.*)\n\n$/.exec(event)?.[1] ?? []);
}

describe("a stream of messages", () => {
  test("has the payload as its data and the subject as the name of the event", async () => {
    await using door = await openEventDoor();
    const stream = door.listen(`${LAMP}/inbox/messages`);
    await expect.poll(() => door.subscriptions.size, { interval: 5 }).toBe(1);

    door.deliver(message("ask", { payload: { is: "json", value: { q: 1 } } }));

    await expect.poll(() => stream.events()).toEqual(['data:{"q":1}\nevent:ask\n\n']);
    expect([...door.subscriptions][0]).toMatchObject({ stream: "MESSAGES", subjects: ["nginx:ditto"] });
  });

  test.each<[string, Payload | undefined, string]>([
    ["text of several lines", { is: "text", text: "a\nb\r\n\rc" }, "data:a\ndata:b\ndata:\ndata:c\n"],
    ["bytes", { is: "bytes", bytes: Buffer.from("grün") }, "data:grün\n"],
    ["nothing", undefined, "data:\n"],
  ])("tells %s", async (_, payload, expected) => {
    await using door = await openEventDoor();
    const stream = door.listen(`${LAMP}/outbox/messages/alarm`);
    await expect.poll(() => door.subscriptions.size, { interval: 5 }).toBe(1);

    door.deliver(message("alarm", { direction: "from", ...(payload && { payload }) }));

    await expect.poll(() => stream.events()).toEqual([`${expected}event:alarm\n\n`]);
  });

  const all = [
    message("in"),
    message("in/deeper"),
    message("out", { direction: "from" }),
    message("of-feature", { featureId: "f" }),
    message("of-other-feature", { featureId: "g" }),
    message("of-other-thing", { id: "org.acme:other" }),
    message("with%20blank"),
  ];
  test.each([
    ["/inbox/messages", ["in", "in/deeper", "with%20blank"]],
    ["/inbox/messages/", ["in", "in/deeper", "with%20blank"]],
    ["/inbox/messages/in", ["in"]],
    ["/inbox/messages/in/deeper", ["in/deeper"]],
    ["/inbox/messages/with%20blank", ["with%20blank"]],
    ["/inbox/messages/nobody", []],
    ["/outbox/messages", ["out"]],
    ["/features/f/inbox/messages", ["of-feature"]],
    ["/features/f/inbox/messages/in", []],
    ["/features/f/outbox/messages", []],
  ])("of %s has %j", async (path, expected) => {
    expect(await shown(`${LAMP}${path}`, ...all)).toEqual(expected);
  });

  test("of what is no thing is refused", async () => {
    await using door = await openEventDoor();

    const refused = await door.fetch("/api/2/things/nonsense/inbox/messages", {
      headers: { accept: "text/event-stream" },
    });

    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error: "things:id.invalid" });
  });
});

test("a name cannot end its own line", () => {
  expect(namedEventText("", "a\ndata:b\r")).toBe("data:\nevent:a data:b \n\n");
});
