// Mapping tests: what every mapper makes of a sample message, or where its script fails.

import { expect, test } from "vitest";
import type { JsonObject } from "../../src/base/json/json.ts";
import { type ConnectionsWorld, connectionsWorld, recorded } from "./connections-world.ts";

const all = "/api/2/connections";

const script = (incomingScript: string, outgoingScript = "") => ({
  mappingEngine: "JavaScript",
  options: { incomingScript, outgoingScript },
});

const toModify = `function mapToDittoProtocolMsg(headers, textPayload, bytePayload, contentType) {
  const { temp } = JSON.parse(textPayload);
  if (temp === undefined) return null;
  if (temp > 100) throw new Error("too hot");
  return Ditto.buildDittoProtocolMsg("org.acme", headers.device, "things", "twin", "commands", "modify",
    "/attributes/temp", {}, temp);
}`;
const toBytes = `function mapFromDittoProtocolMsg(namespace, name, group, channel, criterion, action, path, dittoHeaders, value) {
  const bytes = new Uint8Array([255, value]).buffer;
  return Ditto.buildExternalMsg({ kind: "raw" }, null, bytes, "application/octet-stream");
}`;

const asked = async (world: ConnectionsWorld, body: object, id?: string) => {
  const path = id ? `${all}/${id}/mapping-test` : `${all}/mapping-test`;
  const answer = await world.send(`POST ${path}`, { body });
  return { status: answer.status, json: (await answer.json()) as JsonObject };
};

const inbound = (textPayload: string, more: object = {}) => ({
  direction: "inbound",
  message: { headers: { Device: "lamp", "content-type": "application/json" }, textPayload },
  payloadMapping: ["js"],
  mappingDefinitions: { js: script(toModify) },
  ...more,
});

const event = {
  ...{ topic: "org.acme/lamp/things/twin/events/modified", headers: {}, path: "/attributes/temp", value: 7 },
};

test("a message that is mapped is told as what it became", async () => {
  await using world = await connectionsWorld();

  const { status, json } = await asked(world, inbound('{"temp":21}'));

  expect(status).toBe(200);
  expect(json).toMatchObject({
    direction: "inbound",
    results: [
      {
        ...{ mapper: "js", outcome: "mapped" },
        messages: [
          { topic: "org.acme/lamp/things/twin/commands/modify", path: "/attributes/temp", value: 21 },
        ],
      },
    ],
  });
});

test("one that is dropped is told so, and of each of several mappers in their order", async () => {
  await using world = await connectionsWorld();

  const { json } = await asked(world, inbound("{}", { payloadMapping: ["js", "Ditto"] }));

  expect(json.results).toMatchObject([
    { mapper: "js", outcome: "dropped" },
    { mapper: "Ditto", outcome: "mapped", messages: [{}] },
  ]);
});

test("what a mapper made and nobody understands is told with why", async () => {
  await using world = await connectionsWorld();
  const unread = { topic: "org.acme/lamp/things/twin/explode" };

  const { json } = await asked(world, inbound(JSON.stringify(unread), { payloadMapping: ["Ditto"] }));

  expect(json.results).toMatchObject([
    { messages: [unread], refusals: [{ message: 0, error: { error: "protocoladapter:unknown.topicpath" } }] },
  ]);
});

test("an error is told with its line and column in the script", async () => {
  await using world = await connectionsWorld();

  const { json } = await asked(world, inbound('{"temp":101}'));

  expect(json.results).toMatchObject([
    {
      outcome: "failed",
      error: {
        error: "connectivity:message.mapping.failed",
        description: expect.stringContaining("too hot"),
        ...{ script: "incomingScript", line: 4, column: expect.any(Number) },
      },
    },
  ]);
});

test("a script without an end is stopped, and the next request is served", async () => {
  await using world = await connectionsWorld();
  const endless = script("function mapToDittoProtocolMsg() { for (;;) {} }");

  const { json } = await asked(world, inbound("{}", { mappingDefinitions: { js: endless } }));

  expect(json.results).toMatchObject([{ outcome: "failed" }]);
  expect((await asked(world, inbound('{"temp":1}'))).status).toBe(200);
});

test("others are served between two mappers that take their time", async () => {
  await using world = await connectionsWorld();
  const slow = script(
    "function mapToDittoProtocolMsg() { const end = Date.now() + 100; while (Date.now() < end); }",
  );
  const ids = ["a", "b", "c"];
  const mappingDefinitions = Object.fromEntries(ids.map((id) => [id, slow]));
  let isDone = false;
  const asking = asked(world, inbound("{}", { payloadMapping: ids, mappingDefinitions })).then(() => {
    isDone = true;
  });

  const started = performance.now();
  while (performance.now() - started < 90) await new Promise((resolve) => setImmediate(resolve));
  expect(isDone).toBe(false);
  await asking;
});

test("what goes out is told as text, or in base64 where it is none", async () => {
  await using world = await connectionsWorld();
  const mappingDefinitions = { js: script("", toBytes) };
  const body = { direction: "outbound", message: event, payloadMapping: ["Ditto", "js"], mappingDefinitions };

  const { json } = await asked(world, body);

  expect(json.results).toMatchObject([
    { outcome: "mapped", messages: [{ textPayload: JSON.stringify(event) }] },
    { outcome: "mapped", messages: [{ headers: { kind: "raw" }, bytePayload: "/wc=" }] },
  ]);
});

test("of a connection its own mappers are taken, unless the request brings others; nothing of it changes", async () => {
  await using world = await connectionsWorld();
  const source = { ...recorded.sources[0], payloadMapping: ["js"] };
  const connection = {
    ...{
      ...recorded,
      connectionStatus: "closed",
      sources: [{ ...source, payloadMapping: ["Ditto"] }, source],
    },
    mappingDefinitions: { js: script(toModify) },
  };
  await world.send(`PUT ${all}/bridge`, { body: connection });
  const { direction, message } = inbound('{"temp":21}');

  const own = await asked(world, { direction, message, source: 1 }, "bridge");
  const first = await asked(world, { direction, message }, "bridge");
  const other = { js: script("function mapToDittoProtocolMsg() { return null; }") };
  const overridden = await asked(
    world,
    { direction, message, source: 1, mappingDefinitions: other },
    "bridge",
  );

  expect(own.json.results).toMatchObject([{ mapper: "js", outcome: "mapped" }]);
  expect(first.json.results).toMatchObject([{ mapper: "Ditto", refusals: [{ message: 0 }] }]);
  expect(overridden.json.results).toMatchObject([{ mapper: "js", outcome: "dropped" }]);
  expect((await world.send(`GET ${all}/bridge`)).headers.get("entity-revision")).toBe("1");
  expect(await asked(world, { direction, message }, "nope")).toMatchObject({ status: 404 });
});

test("bytes come in base64", async () => {
  await using world = await connectionsWorld();
  const bytes = {
    direction: "inbound",
    message: { bytePayload: Buffer.from(JSON.stringify(event)).toString("base64") },
  };

  const { json } = await asked(world, bytes);

  expect(json.results).toMatchObject([{ mapper: "Ditto", outcome: "mapped", messages: [event] }]);
});

test.each<[field: string, body: object]>([
  ["/direction", { direction: "sideways", message: {} }],
  ["/direction", { message: {} }],
  ["/message", { direction: "inbound" }],
  ["/message/bytePayload", { direction: "inbound", message: { bytePayload: "?" } }],
  ["/message/bytePayload", { direction: "inbound", message: { bytePayload: "", textPayload: "" } }],
  ["/source", { direction: "inbound", message: {}, source: 0 }],
  ["/payloadMapping/0", inbound("{}", { payloadMapping: ["nobody"] })],
  ["/payloadMapping", inbound("{}", { payloadMapping: Array.from({ length: 11 }, (_, i) => `m${i}`) })],
  [
    "/mappingDefinitions/js/mappingEngine",
    inbound("{}", { mappingDefinitions: { js: { mappingEngine: "x", options: {} } } }),
  ],
  ["/mappingDefinitions/js/options", inbound("{}", { mappingDefinitions: { js: script("function (") } })],
  [
    "/mappingDefinitions/js/options",
    inbound("{}", { mappingDefinitions: { js: { mappingEngine: "JavaScript" } } }),
  ],
])("what is wrong is refused by its field: %s", async (field, body) => {
  await using world = await connectionsWorld();

  const { status, json } = await asked(world, body);

  expect(status).toBe(400);
  expect(`${json.message} ${json.description}`).toContain(field);
});
