// The document against what Ditto answered: its statuses, and the form of its bodies.

import { readFileSync } from "node:fs";
import type { ValidateFunction } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { openApiDocument } from "../../src/gateway/openapi/document.ts";
import type { Answer, Reference } from "../../src/gateway/openapi/openapi.ts";
import { wireAjv } from "../support/wire-schemas.ts";

const document = JSON.parse(JSON.stringify(openApiDocument()));
const ajv = wireAjv();
ajv.addVocabulary(["components"]);
ajv.addSchema({ $id: "document", components: { schemas: document.components.schemas } });

interface Exchange {
  readonly name: string;
  readonly request: { readonly method: string; readonly path: string };
  readonly response: {
    readonly status: number;
    readonly headers: readonly [string, string][];
    readonly body: unknown;
  };
}

const templates = Object.keys(document.paths).map((template) => ({
  template,
  // A key in braces is one segment; those of attributes, properties and resources are several.
  pattern: new RegExp(
    `^${template.replace(/\{(\w+)\}/g, (_, name: string) => (/(?:Path|subjectId)$/.test(name) ? ".+" : "[^/]+"))}/?$`,
  ),
}));

const exchanges = ["http.jsonl", "http-2.jsonl"].flatMap((file) =>
  readFileSync(new URL(`../fixtures/recorded/${file}`, import.meta.url), "utf8")
    .trim()
    .split("\n")
    .map((line, i) => ({ where: `${file}:${i + 1}`, ...(JSON.parse(line) as Exchange) })),
);

/** What the document has nothing to say of, and why. */
const untold: Readonly<Record<string, string>> = {
  "enc thing id no namespace": "a fault of Ditto's, which answers 500 where this server answers 400",
  "route /alive": "an addition: Ditto has it at its port for management only",
  "route /ready": "an addition: Ditto has it at its port for management only",
};

/** Each exchange that is about an operation of the document, with that operation. */
const told = exchanges.flatMap(({ where, name, request, response }) => {
  const [path = ""] = request.path.split("?", 1);
  const template = templates.find(({ pattern }) => pattern.test(path))?.template;
  const operation = template && document.paths[template][request.method.toLowerCase()];
  return operation && !(name in untold) ? [[`${where} ${name}`, operation, response] as const] : [];
});

test("most of what was recorded is about operations of the document", () => {
  expect(told.length).toBeGreaterThan(exchanges.length / 2);
});

test.each(told)(
  "what Ditto answered is what the document says: %s",
  (_, operation, { status, headers, body }) => {
    expect(Object.keys(operation.responses)).toContain(String(status));
    const { content, headers: documented = {} } = resolved(operation.responses[status]);
    const names = headers.map(([name]) => name.toLowerCase()).filter((name) => !plain.includes(name));
    expect(Object.keys(documented)).toEqual(expect.arrayContaining(names));
    const type = headers.find(([name]) => name.toLowerCase() === "content-type")?.[1].split(";", 1)[0];
    if (body === null || body === "" || type === undefined) return;

    expect(Object.keys(content ?? {})).toContain(type);
    if (type === "application/json") {
      hideHref(body);
      const validate = ajv.compile(absolute(content?.[type]?.schema ?? {})) as ValidateFunction;
      expect(validate(body) ? [] : validate.errors).toEqual([]);
    }
  },
);

/** Headers of HTTP itself, and those of the request that Ditto tells again. */
const plain = [
  "content-type",
  "content-length",
  "x-ditto-pre-authenticated",
  "host",
  "timeout",
  "requested-acks",
];

/** The recorder put an asterisk in the place of links, as of sentences. */
function hideHref(body: unknown): void {
  if (typeof body === "object" && body !== null && "href" in body) delete body.href;
}

function resolved(part: Answer | Reference): Answer {
  if (!("$ref" in part)) return part;
  return document.components.responses[part.$ref.replace("#/components/responses/", "")];
}

/** The schema with its references pointing into the document from elsewhere. */
const absolute = (schema: object): object =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"document#/components'));
