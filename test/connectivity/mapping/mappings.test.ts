import { expect, test } from "vitest";
import { mappingsOf } from "../../../src/connectivity/mapping/mappings.ts";
import { incomingValues } from "../../../src/connectivity/placeholders/incoming.ts";
import { context, engines, event, limits, modify, printed, textMessage, told } from "./given.ts";

const always = { incomingConditions: {}, outgoingConditions: {} };
const javaScript = (incomingScript: string) => ({
  ...always,
  mappingEngine: "JavaScript",
  options: { incomingScript },
});

function mappings(mappingDefinitions = {}, changed = {}) {
  return mappingsOf({ id: "c", mappingDefinitions }, engines, { ...limits, ...changed });
}

const valuesOf = (headers: Record<string, string>) => incomingValues({ ...context, headers });
const message = textMessage(JSON.stringify(modify), { kind: "a" });

test("a message without mappers is one of Ditto's", () => {
  expect(mappings().incoming([], message, context, valuesOf({}))).toEqual([
    { mapper: "Ditto", is: "mapped", messages: [modify] },
  ]);
});

test("every mapper tells what it made of a message, in their order", () => {
  const made = mappings({
    twice: javaScript("function mapToDittoProtocolMsg() { return [{ a: 1 }, { a: 2 }] }"),
    fails: javaScript("function mapToDittoProtocolMsg() { throw 'no' }"),
  });

  const outcomes = made.incoming(["twice", "Normalized", "fails", "Ditto"], message, context, valuesOf({}));

  expect(outcomes).toMatchObject([
    { mapper: "twice", is: "mapped", messages: [{ a: 1 }, { a: 2 }] },
    { mapper: "Normalized", is: "dropped" },
    { mapper: "fails", is: "failed", error: { code: "connectivity:message.mapping.failed" } },
    { mapper: "Ditto", is: "mapped", messages: [modify] },
  ]);
  made.close();
});

test("all conditions of a mapper must hold", () => {
  const incomingConditions = {
    first: "fn:filter(header:kind,'eq','a')",
    second: "fn:filter(header:other,'exists')",
  };
  const made = mappings({
    ditto: { mappingEngine: "Ditto", options: {}, incomingConditions, outgoingConditions: {} },
  });

  const [one] = made.incoming(["ditto"], message, context, valuesOf({ kind: "a" }));
  const [both] = made.incoming(["ditto"], message, context, valuesOf({ kind: "a", other: "x" }));

  expect([one?.is, both?.is]).toEqual(["dropped", "mapped"]);
});

test("conditions of the way out are others", () => {
  const outgoingConditions = { only: "fn:filter(header:out,'eq','yes')" };
  const made = mappings({
    ditto: { mappingEngine: "Ditto", options: {}, incomingConditions: {}, outgoingConditions },
  });

  expect(made.outgoing(["ditto"], told(event), valuesOf({}))).toEqual([{ mapper: "ditto", is: "dropped" }]);
  expect(made.incoming(["ditto"], message, context, valuesOf({}))[0]?.is).toBe("mapped");
});

test("a content type of the blocklist is passed over", () => {
  const blocked = textMessage("{}", { "content-type": "application/vnd.eclipse-hono-empty-notification" });
  const options = { "content-type-blocklist": "text/plain, a/b" };
  const made = mappings({ own: { ...always, mappingEngine: "Ditto", options } });

  expect(made.incoming([], blocked, context, valuesOf({}))).toEqual([{ mapper: "Ditto", is: "dropped" }]);
  expect(
    made.incoming(["own"], textMessage("{}", { "content-type": "A/B" }), context, valuesOf({}))[0]?.is,
  ).toBe("dropped");
  expect(made.incoming(["own"], blocked, context, valuesOf({}))[0]?.is).toBe("mapped");
});

test("a mapper that makes too many messages of one fails", () => {
  const made = mappings(
    { many: javaScript("function mapToDittoProtocolMsg() { return [{}, {}, {}] }") },
    { incomingMessages: 2 },
  );

  expect(made.incoming(["many"], message, context, valuesOf({}))).toMatchObject([
    { is: "failed", error: { code: "connectivity:message.mapping.failed" } },
  ]);
  made.close();
});

test("engines are known by the names of Ditto's classes", () => {
  const mappingEngine = "org.eclipse.ditto.connectivity.service.mapping.NormalizedMessageMapper";

  const [outcome] = mappings({ n: { ...always, mappingEngine, options: {} } }).outgoing(
    ["n"],
    told(event),
    valuesOf({}),
  );

  expect(outcome?.is === "mapped" && printed(outcome.messages)[0]?.headers).toEqual({
    "content-type": "application/json",
  });
});

test("an option that is missing is named", () => {
  const definitions = { s: { ...always, mappingEngine: "ConnectionStatus", options: {} } };

  expect(() => mappings(definitions)).toThrow(
    expect.objectContaining({ code: "connectivity:message.mapper.config.invalid" }),
  );
});

test("scripts of a connection that is opened run with its first message, and where they do not, that message fails", () => {
  const made = mappings({ broken: javaScript("throw new Error('at the start');") });

  const [outcome] = made.incoming(["broken"], message, context, valuesOf({}));

  expect(outcome).toMatchObject({ is: "failed", error: { code: "connectivity:message.mapping.failed" } });
  made.close();
});
