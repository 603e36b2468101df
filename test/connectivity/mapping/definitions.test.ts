// The definitions of one connection when it is validated.

import { expect, test } from "vitest";
import { checkDefinitions } from "../../../src/connectivity/validate/mappers.ts";
import { engines, limits, refusalOf } from "./given.ts";

const definitions = (count: number, incomingScript: string) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      `m${i}`,
      {
        mappingEngine: "JavaScript",
        options: { incomingScript },
        incomingConditions: {},
        outgoingConditions: {},
      },
    ]),
  );

const parts = { engines: [...new Set(engines.values())], mappingLimits: limits };

test("the scripts of all definitions together have 2 s to load", () => {
  const slow = "var t = Date.now(); while (Date.now() - t < 250);";
  const before = performance.now();

  const refusal = refusalOf(() =>
    checkDefinitions({ id: "c", mappingDefinitions: definitions(30, slow) }, parts),
  );

  expect(performance.now() - before).toBeLessThan(3500);
  expect(refusal.code).toBe("connectivity:connection.configuration.invalid");
  expect(refusal.text.message).toMatch(/\/mappingDefinitions\/m\d/);
  expect(refusal.text.description + refusal.text.message).toContain("2 s that they have together");
});

test("a hundred definitions of usual scripts are taken", () => {
  const usual = "function mapToDittoProtocolMsg(headers, text) { return JSON.parse(text) }";

  expect(() =>
    checkDefinitions({ id: "c", mappingDefinitions: definitions(100, usual) }, parts),
  ).not.toThrow();
});
