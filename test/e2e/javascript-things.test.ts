import {
  DefaultFieldsOptions,
  DefaultMatchOptions,
  type DittoHttpClient,
  type DittoWebSocketTwinClient,
  Thing,
} from "@eclipse-ditto/ditto-javascript-client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { httpClient } from "../../demo/ditto-clients.ts";
import type { TestServer } from "../support/server.ts";
import { type ClientWorld, openWorld, storages } from "./javascript-world.ts";

describe.each(storages)("things of the published JavaScript client on %s", (kind) => {
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

  describe("things handle over HTTP", () => {
    test("creates a thing, replaces it, reads it and deletes it", async () => {
      const things = http.getThingsHandle();
      const id = "org.pollux.client:life";

      const created = await things.putThing(Thing.fromObject({ thingId: id, attributes: { a: 1 } }));
      const replaced = await things.putThing(Thing.fromObject({ thingId: id, attributes: { a: 2 } }));
      const read = await things.getThing(id);
      const deleted = await things.deleteThing(id);

      expect(created.wasCreated()).toBe(true);
      expect(created.body?.toObject()).toMatchObject({ thingId: id, policyId: id, attributes: { a: 1 } });
      expect(replaced.wasUpdated()).toBe(true);
      expect(read.attributes).toEqual({ a: 2 });
      expect(deleted.status).toBe(204);
      await expect(things.getThing(id)).rejects.toMatchObject({
        status: 404,
        body: { error: "things:thing.notfound" },
      });
    });

    test("lets the server name a thing, and reads several at once", async () => {
      const things = http.getThingsHandle();
      const named = await aThing("several");

      const posted = await things.postThing({ attributes: { by: "post" } });
      const both = await things.getThings([named, posted.thingId]);

      expect(posted.thingId).toMatch(/^[^:]+:.+$/);
      expect(both.map(({ thingId }) => thingId)).toEqual([named, posted.thingId]);
    });

    test("reads the fields asked for", async () => {
      const id = await aThing("fields");

      const read = await http
        .getThingsHandle()
        .getThing(id, DefaultFieldsOptions.getInstance().withFields("attributes/colour", "_revision"));

      expect(read.attributes).toEqual({ colour: "red" });
      expect(read._revision).toBe(1);
      expect(read.features).toBeUndefined();
    });

    test("writes, merges and deletes attributes", async () => {
      const things = http.getThingsHandle();
      const id = await aThing("attributes");

      const created = await things.putAttribute(id, "weight", 12.5);
      const changed = await things.putAttribute(id, "location/hall", 7);
      await things.patchAttributes(id, { colour: "blue" });
      await things.patchAttribute(id, "location", { line: null });
      const all = await things.getAttributes(id);
      await things.deleteAttribute(id, "weight");
      await things.putAttributes(id, { only: true });
      const replaced = await things.getAttributes(id);
      await things.deleteAttributes(id);

      expect(created.wasCreated()).toBe(true);
      expect(created.body).toBe(12.5);
      expect(changed.wasUpdated()).toBe(true);
      expect(all).toEqual({ colour: "blue", location: { hall: 7 }, weight: 12.5 });
      expect(replaced).toEqual({ only: true });
      await expect(things.getAttributes(id)).rejects.toMatchObject({
        body: { error: "things:attributes.notfound" },
      });
    });

    test("reads one attribute", async () => {
      const id = await aThing("attribute");

      expect(await http.getThingsHandle().getAttribute(id, "location/line")).toBe(2);
    });

    test("merges a thing", async () => {
      const things = http.getThingsHandle();
      const id = await aThing("merged");

      const merged = await things.patchThing(
        Thing.fromObject({ thingId: id, attributes: { colour: "green" } }),
      );

      expect(merged.wasUpdated()).toBe(true);
      expect(await things.getAttribute(id, "colour")).toBe("green");
      expect(await things.getAttribute(id, "location/hall")).toBe(1);
    });

    test("reads, changes and deletes the definition", async () => {
      const things = http.getThingsHandle();
      const id = await aThing("definition");

      const before = await things.getDefinition(id);
      await things.putDefinition(id, "org.pollux:lamp:2.0.0");
      await things.patchDefinition(id, "org.pollux:lamp:3.0.0");
      const after = await things.getDefinition(id);
      await things.deleteDefinition(id);

      expect(before).toBe("org.pollux:lamp:1.0.0");
      expect(after).toBe("org.pollux:lamp:3.0.0");
      await expect(things.getDefinition(id)).rejects.toMatchObject({
        body: { error: "things:definition.notfound" },
      });
    });

    test("reads and changes the policy id", async () => {
      const things = http.getThingsHandle();
      const id = await aThing("policy-id");
      const other = await aThing("policy-other");

      await things.putPolicyId(id, other);
      const changed = await things.getPolicyId(id);
      await things.patchPolicyId(id, id);

      expect(changed).toBe(other);
      expect(await things.getPolicyId(id)).toBe(id);
    });

    test("is refused a write whose entity tag is not current", async () => {
      const things = http.getThingsHandle();
      const id = await aThing("tagged");
      const stale = DefaultMatchOptions.getInstance().ifMatch('"rev:77"');

      await expect(
        things.putThing(Thing.fromObject({ thingId: id, attributes: {} }), stale),
      ).rejects.toMatchObject({
        status: 412,
        body: { status: 412, error: "things:precondition.failed" },
      });
    });
  });

  describe("things handle over the WebSocket", () => {
    test("creates, changes, merges, reads and deletes a thing", async () => {
      const things = twin.getThingsHandle();
      const id = "org.pollux.client:by-socket";

      const created = await things.createThing(Thing.fromObject({ thingId: id, attributes: { a: 1 } }));
      const changed = await things.putThing(Thing.fromObject({ thingId: id, attributes: { a: 2 } }));
      await things.patchThing(Thing.fromObject({ thingId: id, attributes: { b: 3 } }));
      const read = await things.getThing(id);
      const deleted = await things.deleteThing(id);

      expect(created.status).toBe(201);
      expect(changed.status).toBe(204);
      expect(read.attributes).toEqual({ a: 2, b: 3 });
      expect(deleted.status).toBe(204);
    });

    test("writes, reads and deletes attributes", async () => {
      const things = twin.getThingsHandle();
      const id = await aThing("socket-attributes");

      await things.putAttribute(id, "weight", 1);
      await things.patchAttribute(id, "weight", 2);
      await things.patchAttributes(id, { colour: null });
      const all = await things.getAttributes(id);
      await things.putAttributes(id, { only: 1 });
      await things.deleteAttribute(id, "only");
      await things.deleteAttributes(id);

      expect(all).toEqual({ location: { hall: 1, line: 2 }, weight: 2 });
      await expect(things.getAttributes(id)).rejects.toMatchObject({ error: "things:attributes.notfound" });
    });

    test("is told of a conflict and of a missing thing as the server says it", async () => {
      const things = twin.getThingsHandle();
      const id = await aThing("conflict");

      await expect(things.createThing(Thing.fromObject({ thingId: id }))).rejects.toMatchObject({
        status: 400,
        error: "things:thing.notcreatable",
        message: expect.any(String),
      });
      await expect(things.getThing("org.pollux.client:missing")).rejects.toMatchObject({
        status: 404,
        error: "things:thing.notfound",
      });
    });
  });

  test("a login that is wrong is told so", async () => {
    const stranger = httpClient(server.url, { name: "ditto", password: "wrong" });

    await expect(stranger.getThingsHandle().getThing("org.pollux.client:any")).rejects.toMatchObject({
      status: 401,
      body: { status: 401, error: "gateway:authentication.failed" },
    });
  });
});
