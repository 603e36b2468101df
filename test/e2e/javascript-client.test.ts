// The published Ditto JavaScript client, unchanged, against a server on either storage.

import { setTimeout as sleep } from "node:timers/promises";
import {
  AccessRight,
  DefaultFieldsOptions,
  DefaultMatchOptions,
  type DittoHttpClient,
  type DittoWebSocketTwinClient,
  Entries,
  Entry,
  Feature,
  Features,
  type FeaturesHandle,
  Policy,
  Resource,
  Resources,
  Subject,
  SubjectId,
  Subjects,
  Thing,
} from "@eclipse-ditto/ditto-javascript-client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closeClient, httpClient, webSocketClient } from "../../demo/ditto-clients.ts";
import { newPlace, type Place, type StorageKind } from "../campaigns/place.ts";
import type { TestServer } from "../support/server.ts";

const storages: StorageKind[] = ["pglite", "postgres"];

describe.each(storages)("the published JavaScript client on %s", (kind) => {
  let place: Place;
  let server: TestServer;
  let http: DittoHttpClient;
  let ws: DittoWebSocketTwinClient;

  beforeAll(async () => {
    place = await newPlace(kind);
    server = await place.start();
    http = httpClient(server.url);
    ws = await webSocketClient(server.url);
  });

  afterAll(async () => {
    await closeClient(ws);
    await server[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
  });

  /** Puts a thing with one attribute and one feature, and returns its id. */
  async function aThing(name: string): Promise<string> {
    const id = `org.pollux.client:${name}`;
    await http.getThingsHandle().putThing(
      Thing.fromObject({
        thingId: id,
        definition: "org.pollux:lamp:1.0.0",
        attributes: { colour: "red", location: { hall: 1, line: 2 } },
        features: { lamp: { definition: ["org.pollux:lamp:1.0.0"], properties: { on: false, level: 3 } } },
      }),
    );
    return id;
  }

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

  const doors = ["HTTP", "WebSocket"] as const;
  describe.each(doors)("features handle over %s", (door) => {
    const featuresOf = (id: string): FeaturesHandle => (door === "HTTP" ? http : ws).getFeaturesHandle(id);
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

  describe("things handle over the WebSocket", () => {
    test("creates, changes, merges, reads and deletes a thing", async () => {
      const things = ws.getThingsHandle();
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
      const things = ws.getThingsHandle();
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
      const things = ws.getThingsHandle();
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

  describe("policies handle", () => {
    const owner = Entry.fromObject(
      {
        subjects: { "nginx:ditto": { type: "owner" } },
        resources: {
          "thing:/": { grant: ["READ", "WRITE"], revoke: [] },
          "policy:/": { grant: ["READ", "WRITE"], revoke: [] },
          "message:/": { grant: ["READ", "WRITE"], revoke: [] },
        },
      },
      "owner",
    );
    const reader = (subject: string): Entry =>
      Entry.fromObject(
        {
          subjects: { [subject]: { type: "reader" } },
          resources: { "thing:/": { grant: ["READ"], revoke: [] } },
        },
        "reader",
      );

    /** Puts a policy with an owner and a reader, and returns its id. */
    async function aPolicy(name: string): Promise<string> {
      const id = `org.pollux.client:${name}`;
      const entries = Entries.fromObject({
        owner: owner.toObject(),
        reader: reader("nginx:guest").toObject(),
      });
      await http.getPoliciesHandle().putPolicy(new Policy(id, entries));
      return id;
    }

    test("creates, reads and deletes a policy", async () => {
      const policies = http.getPoliciesHandle();
      const id = "org.pollux.client:policy-life";

      const created = await policies.putPolicy(
        new Policy(id, Entries.fromObject({ owner: owner.toObject() })),
      );
      const read = await policies.getPolicy(id);
      const deleted = await policies.deletePolicy(id);

      expect(created.wasCreated()).toBe(true);
      expect(Object.keys(read.entries)).toEqual(["owner"]);
      expect(deleted.status).toBe(204);
      await expect(policies.getPolicy(id)).rejects.toMatchObject({
        status: 404,
        body: { error: "policies:policy.notfound" },
      });
    });

    test("reads, writes and deletes entries", async () => {
      const policies = http.getPoliciesHandle();
      const id = await aPolicy("entries");

      const changed = await policies.putEntry(id, reader("nginx:other"));
      const read = await policies.getEntry(id, "reader");
      await policies.deleteEntry(id, "reader");
      const left = await policies.getEntries(id);
      await policies.putEntries(id, Entries.fromObject({ owner: owner.toObject() }));

      expect(changed.wasUpdated()).toBe(true);
      expect(Object.keys(read.subjects)).toEqual(["nginx:other"]);
      expect(Object.keys(left)).toEqual(["owner"]);
      await expect(policies.getEntry(id, "reader")).rejects.toMatchObject({
        body: { error: "policies:entry.notfound" },
      });
    });

    test("reads, writes and deletes subjects", async () => {
      const policies = http.getPoliciesHandle();
      const id = await aPolicy("subjects");
      const added = new Subject(SubjectId.fromString("nginx:added"), "late");

      const created = await policies.putSubject(id, "reader", added);
      const one = await policies.getSubject(id, "reader", "nginx:added");
      await policies.deleteSubject(id, "reader", "nginx:guest");
      const left = await policies.getSubjects(id, "reader");
      await policies.putSubjects(id, "reader", Subjects.fromObject({ "nginx:last": { type: "t" } }));

      expect(created.wasCreated()).toBe(true);
      expect(one.type).toBe("late");
      expect(Object.keys(left)).toEqual(["nginx:added"]);
      expect(Object.keys(await policies.getSubjects(id, "reader"))).toEqual(["nginx:last"]);
    });

    test("reads, writes and deletes resources", async () => {
      const policies = http.getPoliciesHandle();
      const id = await aPolicy("resources");
      const secret = new Resource("thing:/attributes/secret", [], [AccessRight.Read]);

      const created = await policies.putResource(id, "reader", secret);
      const one = await policies.getResource(id, "reader", "thing:/attributes/secret");
      await policies.deleteResource(id, "reader", "thing:/attributes/secret");
      const left = await policies.getResources(id, "reader");
      await policies.putResources(
        id,
        "reader",
        Resources.fromObject({ "thing:/features": { grant: ["READ"], revoke: [] } }),
      );

      expect(created.wasCreated()).toBe(true);
      expect(one.revoke).toEqual(["READ"]);
      expect(Object.keys(left)).toEqual(["thing:/"]);
      expect(Object.keys(await policies.getResources(id, "reader"))).toEqual(["thing:/features"]);
    });
  });

  describe("events handle", () => {
    test("is told of what others change, where it subscribed, until it unsubscribes", async () => {
      const id = await aThing("watched");
      const events = ws.getEventsHandle();
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
      const events = ws.getEventsHandle();
      await events.requestEvents();
      const seen: string[] = [];
      const subscription = events.subscribeToThing(id, ({ path }) => seen.push(path));

      await ws.getThingsHandle().putAttribute(id, "mine", 1);
      await http.getThingsHandle().putAttribute(id, "theirs", 1);
      await expect.poll(() => seen.length).toBeGreaterThan(0);
      events.deleteSubscription(subscription);
      await events.stopEvents();

      expect(seen).toEqual(["/attributes/theirs"]);
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

/** The client rejects with the error itself over the WebSocket, and with a response that holds it over HTTP. */
const tellsOf = (error: string) => (reason: { error?: string; body?: { error?: string } }) =>
  (reason.body ?? reason).error === error;
