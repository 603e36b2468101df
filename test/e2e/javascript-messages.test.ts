// Messages of the published Ditto JavaScript client, which asks and is told; devices that answer are raw sessions.

import {
  DefaultMessagesOptions,
  type DittoHttpClient,
  type DittoWebSocketLiveClient,
} from "@eclipse-ditto/ditto-javascript-client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestServer } from "../support/server.ts";
import { acknowledgementOf, answerTo, connectDevice, type Reaction } from "./device.ts";
import { type ClientWorld, openWorld } from "./javascript-world.ts";

const text = "text/plain";

describe("messages of the published JavaScript client", () => {
  let world: ClientWorld;
  let server: TestServer;
  let http: DittoHttpClient;
  let live: DittoWebSocketLiveClient;
  let aThing: ClientWorld["aThing"];

  beforeAll(async () => {
    world = await openWorld();
    ({ server, http, live, aThing } = world);
  });

  afterAll(() => world[Symbol.asyncDispose]());

  const echo: Reaction = (asked) => answerTo(asked, 218, `${asked.path} ${asked.value}`, text);

  describe.each(["HTTP", "WebSocket"] as const)("over %s", (door) => {
    const messages = () => (door === "HTTP" ? http : live).getMessagesHandle();
    /** What the client makes of a text: over HTTP it sends all as JSON. */
    const said = (text: string) => (door === "HTTP" ? JSON.stringify(text) : text);
    const withinASecond = () => {
      const options = DefaultMessagesOptions.getInstance();
      return door === "HTTP" ? options.withTimeout(1) : options.addHeader("timeout", "1s");
    };

    test("are answered with what the device says, in each box", async () => {
      const id = await aThing(`asked-${door}`);
      await using device = await connectDevice(server, ["MESSAGES"], echo);

      const answers = [
        await messages().messageToThing(id, "ask", "a", text),
        await messages().messageFromThing(id, "tell", "b", text),
        await messages().messageToFeature(id, "lamp", "blink", "c", text),
        await messages().messageFromFeature(id, "lamp", "blinked", "d", text),
      ];

      expect(answers.map(({ status }) => status)).toEqual([218, 218, 218, 218]);
      expect(answers.map(({ body }) => body)).toEqual([
        `/inbox/messages/ask ${said("a")}`,
        `/outbox/messages/tell ${said("b")}`,
        `/features/lamp/inbox/messages/blink ${said("c")}`,
        `/features/lamp/outbox/messages/blinked ${said("d")}`,
      ]);
      expect(device.seen.map(({ headers }) => headers["content-type"])).toEqual(Array(4).fill(text));
    });

    test("carry JSON", async () => {
      const id = await aThing(`json-${door}`);
      await using device = await connectDevice(server, ["MESSAGES"], (asked) =>
        answerTo(asked, 200, { heard: asked.value }),
      );
      const value = { on: true } as unknown as string; // the client takes more than it says

      const { body } = await messages().messageToThing(id, "ask", value, "application/json");

      expect(body).toEqual({ heard: { on: true } });
      expect(device.seen[0]?.value).toEqual({ on: true });
    });

    test("to claim a thing are answered", async () => {
      const id = await aThing(`claimed-${door}`);
      await using _ = await connectDevice(server, ["MESSAGES"], (asked) =>
        answerTo(asked, 200, "yours", text),
      );

      const { status, body } = await messages().claim(id, "mine");

      expect({ status, body }).toEqual({ status: 200, body: "yours" });
    });

    test("that nobody answers are told to have timed out", async () => {
      const id = await aThing(`silent-${door}`);

      const asking = messages().messageToThing(id, "ask", "x", text, withinASecond());

      // Over the WebSocket the client resolves with whatever comes.
      const told = await asking.catch((refusal: unknown) => refusal);
      expect(told).toMatchObject({ status: 408, body: { error: "command.timeout" } });
    });
  });

  test("over HTTP wait for the answer and the acknowledgements that are asked for", async () => {
    const id = await aThing("acknowledged");
    await using device = await connectDevice(
      server,
      ["MESSAGES"],
      (asked) => {
        device.say(acknowledgementOf(asked, "js:delivered", 202));
        return answerTo(asked, 200, "heard", text);
      },
      "js:delivered",
    );
    const acks = "live-response,js:delivered";
    const options = DefaultMessagesOptions.getInstance().addRequestParameter("requested-acks", acks);

    const { status, body } = await http.getMessagesHandle().messageToThing(id, "ask", "x", text, options);

    expect(status).toBe(200);
    expect(body).toMatchObject({
      "js:delivered": { status: 202 },
      "live-response": { status: 200, payload: "heard" },
    });
  });

  test("are told to who subscribed for them, until it unsubscribes", async () => {
    const id = await aThing("watched");
    const handle = live.getMessagesHandle();
    await handle.requestMessages();
    const seen: Record<string, string[]> = { all: [], thing: [], subject: [], outbox: [], feature: [] };
    const note = (name: string) => (message: { action: string; value?: unknown }) => {
      seen[name]?.push(`${message.action} ${message.value}`);
    };
    const subscriptions = [
      handle.subscribeToAllMessages(note("all")),
      handle.subscribeToThing(id, note("thing")),
      handle.subscribeToThing(id, note("subject"), "second"),
      handle.subscribeToThing(id, note("outbox"), "", "outbox"),
      handle.subscribeToFeature(id, "lamp", note("feature")),
    ];
    await using sender = await connectDevice(server, []);
    const send = (path: string, subject: string) =>
      sender.say({
        topic: `${id.replace(":", "/")}/things/live/messages/${subject}`,
        headers: { "response-required": false, "content-type": text },
        path: `${path}/messages/${subject}`,
        value: "x",
      });

    send("/inbox", "first");
    send("/outbox", "second");
    send("/features/lamp/inbox", "third");
    await expect.poll(() => seen.all?.length).toBe(3);
    for (const subscription of subscriptions) handle.deleteSubscription(subscription);
    await handle.stopMessages();

    expect(seen).toEqual({
      all: ["first x", "second x", "third x"],
      thing: ["first x", "second x", "third x"],
      subject: ["second x"],
      outbox: ["second x"],
      feature: ["third x"],
    });
  });

  test("that want no answer reach the device", async () => {
    const id = await aThing("told");
    await using device = await connectDevice(server, ["MESSAGES"]);
    const handle = live.getMessagesHandle();

    await handle.messageToThingWithoutResponse(id, "news", "a", text);
    await handle.messageToFeatureWithoutResponse(id, "lamp", "news", "b", text);
    await handle.messageFromThingWithoutResponse(id, "news", "c", text);
    await handle.messageFromFeatureWithoutResponse(id, "lamp", "news", "d", text);

    await expect.poll(() => device.seen.map(({ value }) => value)).toEqual(["a", "b", "c", "d"]);
  });
});
