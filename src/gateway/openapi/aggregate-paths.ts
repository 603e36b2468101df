// Groups of things and their numbers: a resource that Ditto does not have.

import { shared, told200 } from "./answers.ts";
import type { Operation, Parameter, PathItem, Schema } from "./openapi.ts";
import { parameter } from "./parameters.ts";

interface Field {
  readonly name: string;
  readonly says: string;
  readonly example: string;
}

const fields: readonly Field[] = [
  {
    name: "filter",
    says: "RQL that the things have to fit; several of them, all.",
    example: "gt(attributes/counter,5)",
  },
  {
    name: "groupBy",
    says:
      "What the things of a group have in common: up to 5 properties between commas. `truncate(property,span)` groups by the " +
      "beginning of the span of time (`ms`, `s`, `m`, `h` or `d`, before which may stand how many; `w`, `mo`, `y`) that an " +
      "ISO 8601 text, or a number of milliseconds since the epoch, lies in, in UTC.",
    example: "attributes/location,truncate(attributes/since,15m)",
  },
  {
    name: "aggregates",
    says:
      "What to work out for each group, up to 20 between commas: `count`; `count(property)`, how many have a number there; " +
      "`sum(…)`, `avg(…)`, `min(…)`, `max(…)`; `p95(…)`, or any other percentile. Without it, `count`.",
    example: "count,avg(attributes/t),p95(features/s/properties/t)",
  },
  {
    name: "option",
    says: "`size(n)`: at most so many groups, 1 to 1,000; 100 without it.",
    example: "size(50)",
  },
];

const namespaces: Schema = { type: "string", examples: ["org.example,org.other"] };
const componentOf = ({ name }: Field): string => `groups_${name}`;
const schemaOf = ({ example }: Field): Schema => ({ type: "string", examples: [example] });

/** The parameters as components of the document. */
export const aggregateParameters: Readonly<Record<string, Parameter>> = {
  ...Object.fromEntries(
    fields.map((field) => [
      componentOf(field),
      { name: field.name, in: "query", description: field.says, schema: schemaOf(field) } as const,
    ]),
  ),
  groups_namespaces: {
    name: "namespaces",
    in: "query",
    description: "Namespaces to which it is confined, between commas.",
    schema: namespaces,
  },
};

const form: Schema = {
  type: "object",
  properties: {
    ...Object.fromEntries(
      fields.map((field) => [field.name, { ...schemaOf(field), description: field.says }]),
    ),
    namespaces,
  },
};

const headers = [parameter("correlation-id"), parameter("timeout")];

const common = {
  tags: ["Search"],
  responses: {
    200: told200("ThingGroups", "The groups.", "correlation-id", "response-required"),
    ...shared(400, 401, 403, 408, 414, 429, 431, 503),
  },
} as const satisfies Partial<Operation>;

/** The schema of the answer, a component of the document. */
export const thingGroupsSchema: Schema = {
  type: "object",
  required: ["groups", "truncated"],
  properties: {
    groups: {
      type: "array",
      maxItems: 1000,
      items: {
        type: "object",
        required: ["by", "values"],
        properties: {
          by: {
            description:
              "What the things of the group have in common, by the text that was asked for. What they have nothing of " +
              "that can be grouped by is no member.",
            type: "object",
            additionalProperties: { type: ["string", "number", "boolean", "null"] },
          },
          values: {
            description: "The aggregates, by the text that was asked for; null where there is no number.",
            type: "object",
            additionalProperties: { type: ["number", "null"] },
          },
        },
      },
    },
    truncated: { description: "Whether there are more groups.", type: "boolean" },
  },
};

export const aggregatePaths: Readonly<Record<string, PathItem>> = {
  "/api/2/search/things/aggregate": {
    get: {
      operationId: "getThingGroups",
      summary: "Count things in groups, and work out sums and the like of their numbers",
      parameters: [...Object.keys(aggregateParameters).map(parameter), ...headers],
      ...common,
    },
    post: {
      operationId: "postThingGroups",
      summary: "The same, with the parameters in a form",
      parameters: headers,
      requestBody: { required: true, content: { "application/x-www-form-urlencoded": { schema: form } } },
      ...common,
      responses: { ...common.responses, ...shared(413, 415) },
    },
  },
};
