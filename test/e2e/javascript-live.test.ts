// The live channel of the published Ditto JavaScript client, and what it asks for acknowledgements of.

import {
  DefaultMatchOptions,
  type DittoHttpClient,
  type DittoWebSocketLiveClient,
} from "@eclipse-ditto/ditto-javascript-client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestServer } from "../support/server.ts";
import type { Message } from "../support/socket.ts";
import { acknowledgementOf, answerTo, connectDevice } from "./device.ts";
import { type ClientWorld, openWorld } from "./javascript-world.ts";

describe("the live channel of the published JavaScript client", () => {
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

  const say = (asked: Message) => {
    const answers: Record<string, object> = {
      retrieve: answerTo(asked, 200, { thingId: "org.pollux.client:device", attributes: { by: "device" } }),
      modify: answerTo(asked, 204),
      merge: answerTo(asked, 204),
      delete: answerTo(asked, 204),
    };
    return answers[asked.topic.split("/").at(-1) ?? ""];
  };

  test("has commands on a thing answered by the device, and leaves its twin as it is", async () => {
    const id = await aThing("device");
    await using device = await connectDevice(server, ["LIVE-COMMANDS"], say);
    const things = live.getThingsHandle();

    const read = await things.getThing(id);
    const put = await things.putAttribute(id, "colour", "green");
    const merged = await things.patchAttributes(id, { colour: "blue" });
    const deleted = await things.deleteThing(id);

    expect(read.attributes).toEqual({ by: "device" });
    expect([put.status, merged.status, deleted.status]).toEqual([204, 204, 204]);
    expect(device.seen.map(({ topic, path }) => `${topic.split("/").at(-1)} ${path}`)).toEqual([
      "retrieve /",
      "modify /attributes/colour",
      "merge /attributes",
      "delete /",
    ]);
    expect(await http.getThingsHandle().getAttribute(id, "colour")).toBe("red");
  });

  test("has commands on a feature answered by the device", async () => {
    const id = await aThing("feature");
    await using _ = await connectDevice(server, ["LIVE-COMMANDS"], (asked) => answerTo(asked, 200, 42));

    expect(await live.getFeaturesHandle(id).getProperty("lamp", "level")).toBe(42);
  });

  test("tells the refusal of a device", async () => {
    const id = await aThing("refused");
    await using _ = await connectDevice(server, ["LIVE-COMMANDS"], (asked) => ({
      ...answerTo(asked, 404, { status: 404, error: "things:attribute.notfound", message: "not here" }),
      topic: `${id.replace(":", "/")}/things/live/errors`,
    }));

    await expect(live.getThingsHandle().putAttribute(id, "colour", "green")).rejects.toMatchObject({
      status: 404,
      error: "things:attribute.notfound",
    });
  });

  test("tells that no device answers", async () => {
    const id = await aThing("silent");
    const withinASecond = DefaultMatchOptions.getInstance().addHeader("timeout", "1s");

    await expect(
      live.getThingsHandle().putAttribute(id, "colour", "green", withinASecond),
    ).rejects.toMatchObject({ status: 408, error: "command.timeout" });
  });

  test("brings commands to who subscribed for them", async () => {
    const id = await aThing("commanded");
    const commands = live.getCommandsHandle();
    await commands.requestCommands();
    const seen: Record<string, string[]> = { all: [], attribute: [], property: [] };
    const note = (name: string) => (message: { action: string; path: string }) => {
      seen[name]?.push(`${message.action} ${message.path}`);
    };
    const subscriptions = [
      commands.subscribeToAllCommands(note("all")),
      commands.subscribeToAttribute(id, "colour", note("attribute")),
      commands.subscribeToProperty(id, "lamp", "level", note("property"), "modify"),
    ];
    await using sender = await connectDevice(server, []);
    const command = (action: string, path: string, value: unknown) =>
      sender.say({
        topic: `${id.replace(":", "/")}/things/live/commands/${action}`,
        headers: { "response-required": false },
        path,
        value,
      });

    command("modify", "/attributes/colour", "green");
    command("modify", "/features/lamp/properties/level", 9);
    command("merge", "/attributes", { colour: "blue" });
    await expect.poll(() => seen.all?.length).toBe(3);
    for (const subscription of subscriptions) commands.deleteSubscription(subscription);
    await commands.stopCommands();

    expect(seen).toEqual({
      all: ["modify /attributes/colour", "modify /features/lamp/properties/level", "merge /attributes"],
      attribute: ["modify /attributes/colour"],
      property: ["modify /features/lamp/properties/level"],
    });
  });

  test("brings the events that devices tell, and not those of twins", async () => {
    const id = await aThing("telling");
    const events = live.getEventsHandle();
    await events.requestEvents();
    const seen: string[] = [];
    const subscription = events.subscribeToThing(id, ({ action, path, value }) =>
      seen.push(`${action} ${path} ${JSON.stringify(value)}`),
    );
    await using device = await connectDevice(server, []);

    await http.getThingsHandle().putAttribute(id, "colour", "blue");
    device.say({
      topic: `${id.replace(":", "/")}/things/live/events/modified`,
      headers: {},
      path: "/attributes/colour",
      value: "seen",
      revision: 7,
    });
    await expect.poll(() => seen.length).toBeGreaterThan(0);
    events.deleteSubscription(subscription);
    await events.stopEvents();

    expect(seen).toEqual(['modified /attributes/colour "seen"']);
  });

  describe("acknowledgements that the client asks for", () => {
    const asking = (timeout: string) =>
      DefaultMatchOptions.getInstance()
        .addHeader("requested-acks", '["twin-persisted","js:delivered"]')
        .addHeader("timeout", timeout);

    test("are awaited until a subscriber gives them", async () => {
      const id = await aThing("acknowledged");
      await using device = await connectDevice(
        server,
        ["EVENTS"],
        (event) => acknowledgementOf(event, "js:delivered", 200),
        "js:delivered",
      );

      // Of what puts and patches are answered the client takes no status but 201 and 204.
      const { status } = await http.getThingsHandle().deleteAttribute(id, "colour", asking("10s"));

      expect(status).toBe(200);
      expect(device.seen[0]?.headers["requested-acks"]).toEqual(["js:delivered"]);
    });

    test("fail the command where they do not come", async () => {
      const id = await aThing("unacknowledged");

      await expect(
        http.getThingsHandle().putAttribute(id, "colour", "blue", asking("1s")),
      ).rejects.toMatchObject({
        status: 424,
        body: { "twin-persisted": { status: 204 }, "js:delivered": { status: 408 } },
      });
    });
  });
});
