import {
  DefaultMatchOptions,
  type DittoHttpClient,
  type DittoWebSocketTwinClient,
  Feature,
  Features,
  type FeaturesHandle,
} from "@eclipse-ditto/ditto-javascript-client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestServer } from "../support/server.ts";
import { type ClientWorld, openWorld, storages } from "./javascript-world.ts";

describe.each(storages)("features of the published JavaScript client on %s", (kind) => {
  let world: ClientWorld;
  let server: TestServer;
  let http: DittoHttpClient;
  let twin: DittoWebSocketTwinClient;
  let aThing: ClientWorld["aThing"];

  beforeAll(async () => {
    world = await openWorld(kind);
    ({ server, http, twin, aThing } = world);
  });

  afterAll(() => world[Symbol.asyncDispose]());

  const doors = ["HTTP", "WebSocket"] as const;
  describe.each(doors)("features handle over %s", (door) => {
    const featuresOf = (id: string): FeaturesHandle => (door === "HTTP" ? http : twin).getFeaturesHandle(id);
    const name = (text: string) => `${text}-${door}`;

    test("writes, reads and deletes features", async () => {
      const features = featuresOf(await aThing(name("features")));

      const created = await features.putFeature(Feature.fromObject({ properties: { rpm: 1 } }, "fan"));
      const changed = await features.putFeature(Feature.fromObject({ properties: { rpm: 2 } }, "fan"));
      const fan = await features.getFeature("fan");
      const all = await features.getFeatures();
      await features.deleteFeature("fan");
      const left = await features.getFeatures();
      await features.putFeatures(Features.fromObject({ only: { properties: { x: 1 } } }));
      const replaced = await features.getFeatures();
      await features.deleteFeatures();

      expect(created.wasCreated()).toBe(true);
      expect(changed.wasUpdated()).toBe(true);
      expect(fan.properties).toEqual({ rpm: 2 });
      expect(Object.keys(all).sort()).toEqual(["fan", "lamp"]);
      expect(Object.keys(left)).toEqual(["lamp"]);
      expect(Object.keys(replaced)).toEqual(["only"]);
      await expect(features.getFeatures()).rejects.toSatisfy(tellsOf("things:features.notfound"));
    });

    test("writes under a condition, and says something about the value", async () => {
      const id = await aThing(name("conditional"));
      const features = featuresOf(id);
      const ifOff = DefaultMatchOptions.getInstance()
        .addHeader("condition", "eq(features/lamp/properties/on,false)")
        .addHeader("put-metadata", JSON.stringify([{ key: "by", value: door }]));

      await features.putProperty("lamp", "on", true, ifOff);
      const failed = { error: "things:condition.failed" };
      await expect(features.putProperty("lamp", "on", false, ifOff)).rejects.toMatchObject({
        status: 412,
        ...(door === "HTTP" ? { body: failed } : failed),
      });

      const told = await server.fetch(`/api/2/things/${id}?fields=features,_metadata`);
      expect(await told.json()).toMatchObject({
        features: { lamp: { properties: { on: true } } },
        _metadata: { features: { lamp: { properties: { on: { by: door } } } } },
      });
    });

    test("writes, reads and deletes a feature's definition", async () => {
      const features = featuresOf(await aThing(name("feature-definition")));

      await features.putDefinition("lamp", ["org.pollux:lamp:2.0.0"]);
      const put = await features.getDefinition("lamp");
      await features.patchDefinition("lamp", ["org.pollux:lamp:3.0.0"]);
      const patched = await features.getDefinition("lamp");
      await features.deleteDefinition("lamp");

      expect(put).toEqual(["org.pollux:lamp:2.0.0"]);
      expect(patched).toEqual(["org.pollux:lamp:3.0.0"]);
      await expect(features.getDefinition("lamp")).rejects.toSatisfy(
        tellsOf("things:feature.definition.notfound"),
      );
    });

    test("writes, merges, reads and deletes properties", async () => {
      const features = featuresOf(await aThing(name("properties")));

      const created = await features.putProperty("lamp", "colour/red", 255);
      const changed = await features.putProperty("lamp", "level", 4);
      await features.patchProperty("lamp", "colour", { green: 10 });
      await features.patchProperties("lamp", { on: true });
      const all = await features.getProperties("lamp");
      const one = await features.getProperty("lamp", "colour/green");
      await features.deleteProperty("lamp", "colour");
      await features.putProperties("lamp", { only: 1 });
      const replaced = await features.getProperties("lamp");
      await features.deleteProperties("lamp");

      expect(created.wasCreated()).toBe(true);
      expect(changed.wasUpdated()).toBe(true);
      expect(all).toEqual({ on: true, level: 4, colour: { red: 255, green: 10 } });
      expect(one).toBe(10);
      expect(replaced).toEqual({ only: 1 });
      await expect(features.getProperties("lamp")).rejects.toSatisfy(
        tellsOf("things:feature.properties.notfound"),
      );
    });

    test("merges features", async () => {
      const features = featuresOf(await aThing(name("patched")));

      await features.patchFeatures(Features.fromObject({ fan: { properties: { rpm: 9 } } }));
      await features.patchFeature(Feature.fromObject({ properties: { level: 8 } }, "lamp"));

      expect(await features.getProperties("fan")).toEqual({ rpm: 9 });
      expect(await features.getProperties("lamp")).toEqual({ on: false, level: 8 });
    });
  });
});

/** The client rejects with the error itself over the WebSocket, and with a response that holds it over HTTP. */
const tellsOf = (error: string) => (reason: { error?: string; body?: { error?: string } }) =>
  (reason.body ?? reason).error === error;
