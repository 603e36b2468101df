import { setTimeout as sleep } from "node:timers/promises";
import type { DittoHttpClient, DittoWebSocketTwinClient } from "@eclipse-ditto/ditto-javascript-client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ClientWorld, openWorld, storages } from "./javascript-world.ts";

describe.each(storages)("events of the published JavaScript client on %s", (kind) => {
  let world: ClientWorld;
  let http: DittoHttpClient;
  let twin: DittoWebSocketTwinClient;
  let aThing: ClientWorld["aThing"];

  beforeAll(async () => {
    world = await openWorld(kind);
    ({ http, twin, aThing } = world);
  });

  afterAll(() => world[Symbol.asyncDispose]());

  describe("events handle", () => {
    test("is told of what others change, where it subscribed, until it unsubscribes", async () => {
      const id = await aThing("watched");
      const events = twin.getEventsHandle();
      await events.requestEvents();
      const seen: Record<string, string[]> = { all: [], thing: [], attribute: [], property: [], created: [] };
      const note = (name: string) => (message: { action: string; path: string; value?: unknown }) => {
        seen[name]?.push(`${message.action} ${message.path} ${JSON.stringify(message.value)}`);
      };
      const subscriptions = [
        events.subscribeToAllEvents(note("all")),
        events.subscribeToThing(id, note("thing")),
        events.subscribeToAttribute(id, "colour", note("attribute")),
        events.subscribeToProperty(id, "lamp", "level", note("property")),
        events.subscribeToThing(id, note("created"), "created"),
      ];

      const features = http.getFeaturesHandle(id);
      await http.getThingsHandle().putAttribute(id, "colour", "blue");
      await features.putProperty("lamp", "level", 5);
      await http.getThingsHandle().putAttribute(id, "fresh", true);
      await http.getThingsHandle().patchAttributes(id, { fresh: null });
      await http.getThingsHandle().deleteAttribute(id, "colour");
      await expect.poll(() => seen.all?.length).toBe(5);
      for (const subscription of subscriptions) events.deleteSubscription(subscription);
      await events.stopEvents();
      await features.putProperty("lamp", "level", 6);
      await sleep(200);

      expect(seen.all).toEqual([
        'modified /attributes/colour "blue"',
        "modified /features/lamp/properties/level 5",
        "created /attributes/fresh true",
        'merged /attributes {"fresh":null}',
        "deleted /attributes/colour undefined",
      ]);
      expect(seen.thing).toEqual(seen.all);
      expect(seen.attribute).toEqual([
        'modified /attributes/colour "blue"',
        "deleted /attributes/colour undefined",
      ]);
      expect(seen.property).toEqual(["modified /features/lamp/properties/level 5"]);
      expect(seen.created).toEqual(["created /attributes/fresh true"]);
    });

    test("is not told of what its own session changes", async () => {
      const id = await aThing("own");
      const events = twin.getEventsHandle();
      await events.requestEvents();
      const seen: string[] = [];
      const subscription = events.subscribeToThing(id, ({ path }) => seen.push(path));

      await twin.getThingsHandle().putAttribute(id, "mine", 1);
      await http.getThingsHandle().putAttribute(id, "theirs", 1);
      await expect.poll(() => seen.length).toBeGreaterThan(0);
      events.deleteSubscription(subscription);
      await events.stopEvents();

      expect(seen).toEqual(["/attributes/theirs"]);
    });
  });
});
