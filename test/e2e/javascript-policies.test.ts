import {
  AccessRight,
  type DittoHttpClient,
  Entries,
  Entry,
  Policy,
  Resource,
  Resources,
  Subject,
  SubjectId,
  Subjects,
} from "@eclipse-ditto/ditto-javascript-client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ClientWorld, openWorld, storages } from "./javascript-world.ts";

describe.each(storages)("policies of the published JavaScript client on %s", (kind) => {
  let world: ClientWorld;
  let http: DittoHttpClient;

  beforeAll(async () => {
    world = await openWorld(kind);
    ({ http } = world);
  });

  afterAll(() => world[Symbol.asyncDispose]());

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
});
