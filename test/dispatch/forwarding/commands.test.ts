// Commands by way of any member: carried out by the owner, answered as if it were the only server.

import { afterAll, beforeAll, expect, test } from "vitest";
import type { TwinError } from "../../../src/base/errors.ts";
import { isObject, rawNumber } from "../../../src/base/json/json.ts";
import { checkPermissions } from "../../../src/dispatch/check-permissions.ts";
import { pastStates } from "../../../src/dispatch/history/past-states.ts";
import { RemoteOrigin } from "../../../src/signals/origins.ts";
import { ditto } from "../../support/dispatch.ts";
import type { TestPostgres } from "../../support/postgres.ts";
import { type Members, type ServingMember, startDatabase, startMembers } from "./members.ts";

let postgres: TestPostgres;
let all: Members;
let a: ServingMember;
let b: ServingMember;
let c: ServingMember;
beforeAll(async () => {
  postgres = await startDatabase();
  all = await startMembers(postgres, 3);
  [a, b, c] = all.members as [ServingMember, ServingMember, ServingMember];
});
afterAll(async () => {
  await all[Symbol.asyncDispose]();
  await postgres[Symbol.asyncDispose]();
});

let made = 0;
/** An ID that a member owns, and that nobody has used. */
const idAt = ({ cluster }: ServingMember) => all.cluster.idOf(cluster, `org.acme:t${++made}`);

const entries = (subject: string, ...granted: string[]) => ({
  owner: {
    subjects: { "nginx:ditto": { type: "t" } },
    resources: {
      "policy:/": { grant: ["READ", "WRITE"], revoke: [] },
      "thing:/": { grant: ["READ", "WRITE"], revoke: [] },
      "message:/": { grant: ["READ", "WRITE"], revoke: [] },
    },
  },
  other: {
    subjects: { [subject]: { type: "t" } },
    resources: { "thing:/": { grant: granted, revoke: [] } },
  },
});
const guest = { auth: { subjects: ["nginx:guest"] } };

test("what one member is asked the owner does, and all of them read it", async () => {
  const id = idAt(b);

  expect(await a.put(id, "/", { attributes: { n: 1 } })).toMatchObject({ status: 201, revision: 1 });
  expect(await c.put(id, "/attributes/n", rawNumber("9007199254740993"))).toMatchObject({
    status: 204,
    revision: 2,
  });

  for (const member of all.members) {
    const reply = await member.get(id, "/attributes");
    expect(typeof reply === "object" && (reply.text ?? JSON.stringify(reply.value))).toBe(
      '{"n":9007199254740993}',
    );
  }
  expect(
    b.events.filter((event) => event.id === id && event.kind === "thing").map(({ revision }) => revision),
  ).toEqual([1, 2]);
  expect([...a.events, ...c.events].filter((event) => event.id === id)).toEqual([]);
});

test("a refusal is told with all that belongs to it", async () => {
  const id = idAt(b);
  await a.put(id, "/", {});
  const send = (member: ServingMember) =>
    member
      .dispatch({
        kind: "thing",
        id,
        action: "modify",
        path: ["attributes"],
        value: {},
        headers: { "if-match": '"rev:99"' },
        auth: ditto,
      })
      .catch((error: unknown) => error as TwinError);

  const [near, far] = [(await send(b)) as TwinError, (await send(a)) as TwinError];

  expect(far.toJSON()).toEqual(near.toJSON());
  expect(far.status).toBe(412);
  expect(far.etag).toBe(near.etag);
});

test("commands that are sent one after the other without waiting are carried out in that order", async () => {
  const id = idAt(b);
  await a.put(id, "/", { attributes: { n: -1 } });

  const replies = await Promise.all(Array.from({ length: 200 }, (_, n) => a.put(id, "/attributes/n", n)));

  expect(replies.map((reply) => typeof reply === "object" && reply.revision)).toEqual(
    Array.from({ length: 200 }, (_, n) => n + 2),
  );
  expect(await c.get(id, "/attributes/n")).toMatchObject({ value: 199 });
});

test("the owner knows by which session of which member something came", async () => {
  const id = idAt(b);
  const origins: (object | undefined)[] = [];
  const session = {};
  const publish = b.parts.publish;
  Object.assign(b.parts, {
    publish: (...told: Parameters<typeof publish>) => {
      origins.push(told[2]);
      publish(...told);
    },
  });

  await a.put(id, "/", {}, { origin: session });

  expect(origins.every((origin) => origin instanceof RemoteOrigin && origin.member === a.id)).toBe(true);
  expect(origins).toHaveLength(2);
});

test("what others own is not kept: things are read anew, policies are copies of which all are told", async () => {
  const id = idAt(b);
  await a.put(id, "/", {});
  await a.get(id);

  expect(a.parts.things.peek(id)).toBeUndefined();
  expect(b.parts.things.peek(id)).toBeDefined();
});

test("rights that are revoked at one member are revoked at all of them, once that is answered", async () => {
  const policyId = idAt(b);
  const ids = all.members.map((member) => idAt(member));
  await a.put(policyId, "/", { entries: entries("nginx:guest", "READ") }, { kind: "policy" });
  for (const id of ids) await a.put(id, "/", { policyId });
  for (const id of ids)
    for (const member of all.members) expect(await member.get(id, "/", guest)).toMatchObject({ status: 200 });

  for (let round = 0; round < 5; round++) {
    expect(
      await c.put(policyId, "/entries", entries("nginx:nobody", "READ"), { kind: "policy" }),
    ).toMatchObject({ status: 204 });
    const refused = await Promise.all(
      ids.flatMap((id) => all.members.map((member) => member.get(id, "/", guest))),
    );
    expect(new Set(refused)).toEqual(new Set(["404 things:thing.notfound"]));

    await a.put(policyId, "/entries", entries("nginx:guest", "READ"), { kind: "policy" });
    const granted = await Promise.all(
      ids.flatMap((id) => all.members.map((member) => member.get(id, "/", guest))),
    );
    expect(granted.every((reply) => typeof reply === "object" && reply.status === 200)).toBe(true);
  }
  expect(a.policiesTold).toContain(`${policyId} 2`);
});

test("a copy that imports a policy takes its changes over as well", async () => {
  const [imported, importer, id] = [idAt(c), idAt(b), idAt(a)];
  const whole = (...granted: string[]) => ({ ...entries("nginx:guest", ...granted) });
  await a.put(imported, "/", { entries: whole("READ") }, { kind: "policy" });
  await a.put(
    importer,
    "/",
    { entries: { owner: entries("nginx:x").owner }, imports: { [imported]: { entries: [] } } },
    { kind: "policy" },
  );
  await a.put(id, "/", { policyId: importer });
  expect(await b.get(id, "/", guest)).toMatchObject({ status: 200 });

  await a.put(imported, "/entries", whole(), { kind: "policy" });

  expect(await b.get(id, "/", guest)).toBe("404 things:thing.notfound");
});

test("a thing is created with a policy that another member owns, and refused as ever", async () => {
  const [id, policyId] = [idAt(b), idAt(c)];
  const inline = { _policy: { policyId, entries: entries("nginx:guest", "READ") } };

  expect(await a.put(id, "/", inline)).toMatchObject({ status: 201 });
  expect(await a.get(policyId, "/", { kind: "policy" })).toMatchObject({ status: 200, revision: 1 });
  expect(await c.get(id, "/", guest)).toMatchObject({ status: 200 });
  expect(await b.get(id, "/", guest)).toMatchObject({ status: 200 });
  expect(c.events.filter((event) => event.id === policyId)).toHaveLength(1);

  expect(await a.put(idAt(b), "/", inline)).toBe("400 things:thing.notcreatable");
  const refused = idAt(b);
  const unborn = idAt(c);
  expect(
    await a.put(refused, "/", { attributes: 7, _policy: { policyId: unborn, entries: entries("nginx:x") } }),
  ).toMatch(/^400/);
  expect(await a.get(unborn, "/", { kind: "policy" })).toBe("404 policies:policy.notfound");
});

test("a thing is created under a policy that was missed at its owner before it was made", async () => {
  const [id, policyId] = [idAt(b), idAt(c)];
  expect(await a.put(id, "/", { policyId })).toBe("404 policies:policy.notfound");
  expect(await b.put(id, "/", { policyId })).toBe("404 policies:policy.notfound");

  await a.put(policyId, "/", { entries: entries("nginx:guest") }, { kind: "policy" });

  expect(await a.put(id, "/", { policyId })).toMatchObject({ status: 201 });
  expect(await b.get(id)).toMatchObject({ status: 200 });
});

test("actions on a policy go to its owner with the token that they need", async () => {
  const policyId = idAt(b);
  const actor = "nginx:actor";
  await a.put(
    policyId,
    "/",
    {
      entries: {
        ...entries(actor, "READ"),
        acting: {
          subjects: { [actor]: { type: "t" } },
          resources: {
            "thing:/": { grant: ["READ"], revoke: [] },
            "policy:/": { grant: ["EXECUTE"], revoke: [] },
          },
        },
      },
    },
    { kind: "policy" },
  );
  const auth = { subjects: [actor], token: { claims: { sub: "me" }, expiresAt: Date.now() + 600_000 } };

  const reply = await a.act({
    id: policyId,
    label: "acting",
    action: "activateTokenIntegration",
    headers: {},
    auth,
  });

  expect(reply.status).toBe(204);
  const subjects = await c.get(policyId, "/entries/acting/subjects", { kind: "policy" });
  const value = typeof subjects === "object" ? subjects.value : undefined;
  expect(isObject(value) && Object.keys(value)).toEqual([actor, "it:me"]);
});

test("permissions are checked and the past is read by any member", async () => {
  const id = idAt(b);
  await a.put(id, "/", { attributes: { n: 1 } });
  await a.put(id, "/attributes/n", 2);
  const checks = { may: { resource: "thing:/attributes", entityId: id, hasPermissions: ["WRITE"] } };

  for (const member of all.members) {
    expect(await checkPermissions(member.parts, checks, ditto)).toEqual({ may: true });
    const past = await member.get(id, "/attributes/n", { headers: { "at-historical-revision": 1 } });
    expect(past).toMatchObject({ value: 1 });
    const values = [];
    for await (const state of pastStates(member.parts)(id, {}, ditto))
      values.push(state.valueAt(["attributes", "n"]));
    expect(values).toEqual([1, 2]);
  }
});

test("what is meant for this member alone is refused where it is not the owner", async () => {
  const id = idAt(b);
  await a.put(id, "/", {});
  const command = {
    kind: "thing",
    id,
    action: "modify",
    path: ["attributes"],
    value: {},
    headers: {},
    auth: ditto,
  } as const;

  await expect(a.dispatchHere(command)).rejects.toMatchObject({ status: 503 });
  expect(await b.dispatchHere(command)).toMatchObject({ status: 201 });
});
