// The document against what the server does: every resource of the tables, every header it reads, and nothing else.

import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import { expect, test } from "vitest";
import { TwinError } from "../../src/base/errors.ts";
import type { Path } from "../../src/base/json/pointer.ts";
import { requestHeaders } from "../../src/gateway/http/request-headers.ts";
import { openApiDocument } from "../../src/gateway/openapi/document.ts";
import { requestHeaderRows, untoldHeaders } from "../../src/gateway/openapi/headers.ts";
import { matchPolicyPath } from "../../src/policies/resources.ts";
import { knownHeaders } from "../../src/protocol/headers.ts";
import type { Resource } from "../../src/signals/resource.ts";
import { thingResource } from "../../src/things/resources.ts";
import { wireAjv } from "../support/wire-schemas.ts";

const document = openApiDocument();
const templates = Object.keys(document.paths);

type Lookup = (path: Path) => Resource | undefined;
const entities: readonly [kind: string, base: string, file: string, lookup: Lookup][] = [
  ["thing", "/api/2/things/{thingId}", "src/things/resources.ts", thingResource],
  ["policy", "/api/2/policies/{policyId}", "src/policies/resources.ts", matchPolicyPath],
];

test.each(entities)(
  "every resource of a %s is in the document, with its methods, and no other",
  (_, base, file, lookup) => {
    const told = new Map(
      templates
        .filter((template) => template === base || template.startsWith(`${base}/`))
        .filter((template) => !/\/(?:actions|inbox|outbox)\/|\/timeseries$/.test(template))
        .map((template) => {
          const keys = template.slice(base.length).split("/").slice(1);
          return [lookup(keys.map((key) => key.replaceAll(/[{}]/g, "")))?.name, methodsOf(template)];
        }),
    );

    const there = resourcesOf(lookup, wordsOf(file));

    expect(told).toEqual(new Map([...there].map(([name, { methods }]) => [name, [...methods].sort()])));
  },
);

test("every header that the server reads is told of, or there is a reason why not", () => {
  const told = [...Object.keys(requestHeaderRows), ...Object.keys(untoldHeaders)];

  expect(told.sort()).toEqual([...knownHeaders, "timeout"].filter(isOnce).sort());
});

test("a header is told as a query parameter when it can be given as one", () => {
  const asParameters = Object.entries(document.components.parameters)
    .filter(([name, { in: where }]) => name in requestHeaderRows && where === "query")
    .map(([name]) => name);

  expect(asParameters).toEqual(Object.keys(requestHeaderRows).filter(countsAsHeader));
});

test("the document holds to OpenAPI 3.1 and to the rules that Redocly recommends, without exception", async () => {
  const config = await createConfig({ extends: ["recommended"] });

  const problems = await lintFromString({
    source: JSON.stringify(document),
    absoluteRef: "openapi.json",
    config,
  });

  expect(problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual(
    [],
  );
});

test("its schemas are JSON Schema 2020-12 and refer to what there is", () => {
  const ajv = wireAjv();
  const { schemas } = document.components;
  ajv.addVocabulary(["components"]);
  ajv.addSchema({ $id: "document", components: { schemas } });

  for (const name of Object.keys(schemas)) {
    expect(ajv.getSchema(`document#/components/schemas/${name}`), name).toBeTypeOf("function");
  }
});

test("the document is the same each time it is made", () => {
  expect(JSON.stringify(openApiDocument())).toBe(JSON.stringify(document));
});

test("every parameter, answer, header and schema of the document is used in it", () => {
  const text = JSON.stringify(document);
  const { securitySchemes: _, ...components } = document.components;
  const names = Object.entries(components).flatMap(([kind, named]) =>
    Object.keys(named as object).map((name) => `#/components/${kind}/${name}`),
  );

  expect(names.filter((name) => !text.includes(`"${name}"`))).toEqual([]);
});

function methodsOf(template: string): string[] {
  const item = document.paths[template] as object;
  return Object.keys(item)
    .filter((key) => key !== "parameters")
    .map((method) => method.toUpperCase())
    .sort();
}

/** The words of a table: among them are all the keys that its look-up tells apart. */
function wordsOf(file: string): string[] {
  const text = readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
  return [...text.matchAll(/"([A-Za-z]+)"/g)]
    .map(([, word]) => word as string)
    .concat("anything")
    .filter(isOnce);
}

const isOnce = (word: string, at: number, words: readonly string[]) => words.indexOf(word) === at;

/** Every resource that can be reached, by name. */
function resourcesOf(lookup: Lookup, words: readonly string[]): Map<string, Resource> {
  const found = new Map<string, Resource>();
  const visit = (path: Path): void => {
    const resource = lookup(path);
    if (!resource || found.has(resource.name)) return;
    found.set(resource.name, resource);
    for (const word of words) visit([...path, word]);
  };
  visit([]);
  return found;
}

/** Whether a parameter of the query reaches what the server reads as headers. */
function countsAsHeader(name: string): boolean {
  const request = { headers: {}, rawHeaders: [], method: "PUT" } as unknown as IncomingMessage;
  try {
    const value = requestHeaders(request, new URLSearchParams([[name, "10"]]), 10_000)[name];
    return value !== undefined && (name !== "correlation-id" || value === "10"); // one of these is always there
  } catch (error) {
    if (error instanceof TwinError) return true; // it was read, and found to be no good
    throw error;
  }
}
