// Ditto's commands on things and policies in its internal JSON, as operators send them.

import { expect, test } from "vitest";
import { TwinError } from "../../../src/base/errors.ts";
import type { JsonObject } from "../../../src/base/json/json.ts";
import { parseJson } from "../../../src/base/json/parse.ts";
import { thingList } from "../../../src/dispatch/thing-list.ts";
import { entityPiggyback } from "../../../src/gateway/http/devops/entity-piggyback.ts";
import { ditto, thingId, type World, worldOn } from "../../support/dispatch.ts";
import { HeldJournal } from "../../support/journal.ts";

const sudo = { "ditto-sudo": true, aggregate: false };
const policyId = "org.acme:rules";
const policy = {
  policyId,
  entries: {
    OWNER: {
      subjects: { "nginx:ditto": { type: "x" } },
      resources: {
        "policy:/": { grant: ["READ", "WRITE"], revoke: [] },
        "thing:/": { grant: ["READ", "WRITE"], revoke: [] },
      },
    },
  },
};

interface Operator {
  readonly world: World;
  /** Sends a command; a refusal becomes its code. */
  send(command: JsonObject, headers?: JsonObject): Promise<JsonObject | string>;
}

function operator(): Operator {
  const journal = new HeldJournal({ flowing: true });
  const world = worldOn(journal);
  const handler = entityPiggyback({
    dispatch: world.dispatch,
    rules: { thing: world.things.rules, policy: world.policies.rules },
    list: thingList(world.dispatch, journal),
    read: async (kind, id) => (await world[kind === "thing" ? "things" : "policies"].load(id)).committed,
  });
  return {
    world,
    async send(command, headers = sudo) {
      expect(handler.takes(String(command.type), undefined)).toBe(true);
      try {
        return (await handler.run(command, headers, 10_000)) as JsonObject;
      } catch (error) {
        if (error instanceof TwinError) return error.code;
        throw error;
      }
    },
  };
}

/** With a policy and a thing under it, both made by an operator. */
async function operatorWithThing(): Promise<Operator> {
  const made = operator();
  expect(await made.send({ type: "policies.commands:createPolicy", policy })).toMatchObject({
    type: "policies.responses:createPolicy",
    status: 201,
    policyId,
  });
  const thing = { thingId, policyId, attributes: { n: 1 }, features: { lamp: { properties: { on: true } } } };
  expect(await made.send({ type: "things.commands:createThing", thing })).toMatchObject({
    type: "things.responses:createThing",
    status: 201,
    thing: { thingId, policyId },
  });
  return made;
}

test("what an operator makes is there, with nobody as its originator", async () => {
  const { world } = await operatorWithThing();

  expect(await world.ask("retrieve", "/attributes/n")).toMatchObject({ status: 200, value: 1 });
  expect(world.published.map(({ originator }) => originator)).toEqual([undefined, undefined]);
});

const commands: readonly [command: JsonObject, answer: JsonObject][] = [
  [
    { type: "things.commands:modifyAttribute", attribute: "/a/b", value: 7 },
    { status: 201, attribute: "/a/b", value: 7 },
  ],
  [
    { type: "things.commands:retrieveAttribute", attribute: "n" },
    { status: 200, attribute: "n", value: 1 },
  ],
  [{ type: "things.commands:modifyAttributes", attributes: { m: 2 } }, { status: 204 }],
  [
    { type: "things.commands:retrieveFeatureProperty", featureId: "lamp", property: "/on" },
    { featureId: "lamp", value: true },
  ],
  [
    {
      type: "things.commands:modifyFeatureDesiredProperty",
      featureId: "lamp",
      desiredProperty: "/on",
      desiredValue: false,
    },
    { status: 201, desiredValue: false },
  ],
  [
    { type: "things.commands:modifyThingDefinition", definition: "a:b:1" },
    { status: 201, definition: "a:b:1" },
  ],
  [
    { type: "things.commands:mergeThing", path: "/attributes", value: { n: 9 } },
    { status: 204, path: "/attributes" },
  ],
  [
    { type: "things.commands:deleteFeature", featureId: "lamp" },
    { status: 204, featureId: "lamp" },
  ],
  [{ type: "things.commands:deleteThing" }, { status: 204, thingId }],
];
for (const [command, answer] of commands) {
  test(`${command.type} is answered in Ditto's internal JSON`, async () => {
    const { send } = await operatorWithThing();
    const type = String(command.type).replace("commands", "responses");

    expect(await send({ thingId, ...command })).toMatchObject({ type, thingId, ...answer });
  });
}

const policyCommands: readonly [command: JsonObject, answer: JsonObject][] = [
  [{ type: "policies.commands:retrievePolicy" }, { status: 200, policy: { policyId } }],
  [
    { type: "policies.commands:retrieveSubject", label: "OWNER", subjectId: "nginx:ditto" },
    { status: 200, subject: { type: "x" } },
  ],
  [
    { type: "policies.commands:modifySubject", label: "OWNER", subjectId: "jwt:a/b", subject: { type: "y" } },
    { status: 201, subjectId: "jwt:a/b" },
  ],
  [
    {
      type: "policies.commands:modifyResource",
      label: "OWNER",
      resourceKey: "thing:/features/x",
      resource: { grant: ["READ"], revoke: [] },
    },
    { status: 201 },
  ],
  [
    { type: "policies.commands:retrieveResource", label: "OWNER", resourceKey: "thing:/" },
    { status: 200, resource: { grant: ["READ", "WRITE"] } },
  ],
  [
    { type: "policies.commands:modifyPolicyEntryImportable", label: "OWNER", importable: "never" },
    { status: 204 },
  ],
  [{ type: "policies.commands:retrievePolicyImports" }, { status: 200, policyImports: {} }],
  [{ type: "policies.commands:deletePolicy" }, { status: 204, policyId }],
];
for (const [command, answer] of policyCommands) {
  test(`${command.type} is answered in Ditto's internal JSON`, async () => {
    const { send } = await operatorWithThing();
    const type = String(command.type).replace("commands", "responses");

    expect(await send({ policyId, ...command })).toMatchObject({ type, policyId, ...answer });
  });
}

test("a retrieved thing is told as a text too, with every digit", async () => {
  const { send } = await operatorWithThing();
  const exact = parseJson(
    '{"type":"things.commands:modifyAttribute","attribute":"/big","value":9007199254740993}',
  );
  await send({ ...(exact as JsonObject), thingId });

  const answer = await send({
    type: "things.commands:retrieveThing",
    thingId,
    selectedFields: "attributes/big",
  });
  expect((answer as JsonObject).thingPlainJson).toBe('{"attributes":{"big":9007199254740993}}');
  const several = await send({
    type: "things.commands:retrieveThings",
    thingIds: [thingId, "org.acme:none"],
  });
  expect(JSON.parse(String((several as JsonObject).thingsPlainJson))).toHaveLength(1);
});

test("without ditto-sudo policies are asked, and give nobody anything", async () => {
  const { send } = await operatorWithThing();

  expect(await send({ type: "things.commands:retrieveThing", thingId }, {})).toBe("things:thing.notfound");
  expect(await send({ type: "things.commands:modifyAttribute", thingId, attribute: "n", value: 1 }, {})).toBe(
    "things:attribute.notmodifiable",
  );
  expect(await send({ type: "things.commands:retrieveThings", thingIds: [thingId] }, {})).toMatchObject({
    thingsPlainJson: "[]",
  });
});

test("sudo commands read what no policy lets anybody read any more", async () => {
  const { send, world } = await operatorWithThing();
  await world.ask("delete", "/", undefined, { kind: "policy", id: policyId });
  expect(await world.ask("retrieve", "/")).toBe("things:thing.notfound");

  expect(await send({ type: "things.sudo.commands:sudoRetrieveThing", payload: { thingId } })).toMatchObject({
    type: "things.sudo.responses:sudoRetrieveThingResponse",
    status: 200,
    payload: { thing: { thingId, _revision: 1 } },
  });
  expect(await send({ type: "policies.sudo.commands:sudoRetrievePolicy", payload: { policyId } })).toBe(
    "policies:policy.notfound",
  );
});

test("a revision of a policy is told", async () => {
  const { send, world } = await operatorWithThing();
  await world.ask(
    "modify",
    "/entries/OWNER/subjects/nginx:other",
    { type: "z" },
    { kind: "policy", id: policyId },
  );

  const asked = { type: "policies.sudo.commands:sudoRetrievePolicyRevision", payload: { policyId } };
  expect(await send(asked)).toMatchObject({ payload: { policyId, revision: 2 } });
});

test("a thing of an operator needs a policy, since nobody is there whom one could be for", async () => {
  const { send } = operator();

  expect(await send({ type: "things.commands:createThing", thing: { thingId } })).toBe(
    "things:thing.notcreatable",
  );
  const initialPolicy = { entries: policy.entries };
  expect(
    await send({ type: "things.commands:createThing", thing: { thingId }, initialPolicy }),
  ).toMatchObject({
    status: 201,
  });
});

test("what makes no thing needs no policy, and what makes one needs it, with ditto-sudo or without", async () => {
  const { send } = await operatorWithThing();
  const absent = "org.acme:absent";
  const changes = (id: string): readonly JsonObject[] => [
    { type: "things.commands:modifyThing", thingId: id, thing: { thingId: id, attributes: { n: 3 } } },
    { type: "things.commands:mergeThing", thingId: id, path: "/", value: { attributes: { n: 2 } } },
  ];
  const creation = { type: "things.commands:createThing", thing: { thingId: absent } };

  for (const headers of [sudo, {}])
    for (const command of [creation, ...changes(absent)])
      expect(await send(command, headers), String(command.type)).toBe("things:thing.notcreatable");
  for (const command of changes(thingId)) {
    expect(await send(command), String(command.type)).toMatchObject({ status: 204 });
    expect(await send(command, {}), String(command.type)).toBe("things:thing.notmodifiable");
  }
  const merge = { type: "things.commands:mergeThing", thingId: absent, path: "/", value: { policyId } };
  expect(await send(merge)).toMatchObject({ status: 201 });
});

test("what is no ID is refused before it is looked for", async () => {
  const { send } = operator();
  const id = "org.acme:\u0000lamp";

  for (const name of ["sudoRetrieveThing", "sudoRetrieveThings"])
    expect(
      await send({ type: `things.sudo.commands:${name}`, payload: { thingId: id, thingIds: [id] } }),
    ).toBe("things:id.invalid");
  for (const name of ["sudoRetrievePolicy", "sudoRetrievePolicyRevision"])
    expect(await send({ type: `policies.sudo.commands:${name}`, payload: { policyId: id } })).toBe(
      "policies:id.invalid",
    );
});

test("what lacks something is refused and changes nothing", async () => {
  const { send, world } = await operatorWithThing();
  const before = world.published.length;

  expect(await send({ type: "things.commands:modifyAttribute", thingId, value: 1 })).toBe(
    "json.field.missing",
  );
  expect(await send({ type: "things.commands:modifyAttribute", thingId, attribute: 5, value: 1 })).toBe(
    "json.invalid",
  );
  expect(await send({ type: "things.commands:modifyAttributes", thingId, attributes: 3 })).toBe(
    "json.invalid",
  );
  expect(await send({ type: "things.commands:retrieveThing", thingId: "no id" })).toBe("things:id.invalid");
  expect(await send({ type: "things.commands:modifyAttribute", thingId, attribute: "/a//b", value: 1 })).toBe(
    "json.pointer.invalid",
  );
  expect(
    await send({ type: "things.commands:modifyAttribute", thingId, attribute: "/\u0001", value: 1 }),
  ).toBe("json.key.invalid");
  expect(world.published.length).toBe(before);
});

test("types that are no commands of entities are not taken", () => {
  const { world } = operator();
  const { takes } = entityPiggyback({
    dispatch: world.dispatch,
    rules: undefined as never,
    list: undefined as never,
    read: undefined as never,
  });

  for (const type of [
    "things.commands:createFeature",
    "things.events:thingCreated",
    "things.commands:modifyConstructor",
    "policies.commands:mergePolicy2",
  ])
    expect(takes(type, undefined)).toBe(false);
});

test("the subject of operators cannot be had from outside: an empty list of subjects may nothing", async () => {
  const { world } = await operatorWithThing();

  expect(await world.ask("retrieve", "/", undefined, { auth: { subjects: [] } })).toBe(
    "things:thing.notfound",
  );
  expect(await world.ask("retrieve", "/", undefined, { auth: ditto })).toMatchObject({ status: 200 });
});
