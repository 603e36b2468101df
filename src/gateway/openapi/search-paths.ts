// Searching for things, and counting them.

import { shared } from "./answers.ts";
import {
  type Answer,
  type Content,
  componentRef,
  type Operation,
  type Parameter,
  type PathItem,
  type Schema,
  schemaRef,
} from "./openapi.ts";
import { parameter } from "./parameters.ts";

const says = {
  filter: "RQL that the things must match; several filters must all hold.",
  namespaces: "Namespaces to search in, between commas; none at all where it is empty.",
  option:
    "How to sort, and which page: 'sort(+path,-path)', and 'size(n)' with the 'cursor(c)' of the page before, or 'limit(offset,count)'.",
  fields: "What to tell of each thing: paths between commas, nested ones in parentheses.",
  condition: "Tell only things that match this RQL filter as they are now.",
};

const text = (description: string, example: string): Schema => ({
  type: "string",
  description,
  examples: [example],
});

const filter = text(says.filter, 'and(eq(attributes/location,"hall 1"),gt(features/*/properties/rpm,900))');
const namespaces = text(says.namespaces, "org.acme,org.acme.lab");
const option = text(says.option, "sort(+attributes/location,-thingId),size(50)");
const fields = text(says.fields, "thingId,attributes(location,owner)");
const condition = text(says.condition, 'eq(attributes/location,"hall 1")');

const inQuery = (name: string, { description, ...schema }: Schema): Parameter => ({
  name,
  in: "query",
  description: description as string,
  schema,
});

/** The parameters of searches, by the names of their components. */
export const searchParameters: Readonly<Record<string, Parameter>> = {
  searchFilter: inQuery("filter", filter),
  searchNamespaces: inQuery("namespaces", namespaces),
  searchOption: inQuery("option", option),
  lastEventId: {
    name: "last-event-id",
    in: "header",
    description: "Of a stream: go on behind the thing with this ID.",
    schema: schemaRef("ThingId"),
  },
};

const result: Schema = {
  type: "object",
  required: ["items"],
  properties: {
    items: schemaRef("ThingList"),
    cursor: { type: "string", description: "Where the next page begins, if there is one." },
    nextPageOffset: {
      type: "integer",
      minimum: -1,
      description: "The offset of the next page, or -1; absent where a cursor is used.",
    },
  },
};

const events: Schema = {
  type: "string",
  description: "One event a thing: its JSON as data, and its ID. What fails on the way is the last event.",
};

const form = (properties: Readonly<Record<string, Schema>>): NonNullable<Operation["requestBody"]> => ({
  required: true,
  content: { "application/x-www-form-urlencoded": { schema: { type: "object", properties } } },
});

/** An answer whose content no schema of the wire names. */
const answer = (description: string, content: Content, ...names: readonly string[]): Answer => ({
  description,
  headers: Object.fromEntries(names.map((name) => [name, componentRef("headers", name)])),
  content,
});

const found: Content = { "application/json": { schema: result } };
const counted: Content = { "application/json": { schema: { type: "integer", minimum: 0 } } };
const listed = ["correlation-id", "ditto-originator", "response-required"];
const tally = ["correlation-id", "response-required"];

const refused = [202, 400, 401, 403, 408, 414, 429, 431, 503] as const;
const refusedForm = [...refused, 413, 415];

const waiting = ["response-required", "timeout", "correlation-id"].map(parameter);
const asked = ["searchFilter", "searchNamespaces"].map(parameter);

/** Paths of searches. */
export const searchPaths: Readonly<Record<string, PathItem>> = {
  "/api/2/search/things": {
    get: {
      operationId: "getSearchThings",
      summary: "Search for things",
      description: "With 'Accept: text/event-stream' all that is found is streamed, without pages.",
      tags: ["Search"],
      parameters: [
        ...asked,
        ...["searchOption", "fields", "lastEventId", "condition"].map(parameter),
        ...waiting,
      ],
      responses: {
        200: answer("What was found.", { ...found, "text/event-stream": { schema: events } }, ...listed),
        ...shared(...refused),
      },
    },
    post: {
      operationId: "postSearchThings",
      summary: "Search for things by a form, whose parameters may be longer than a URI",
      tags: ["Search"],
      parameters: waiting,
      requestBody: form({ filter, namespaces, option, fields, condition }),
      responses: { 200: answer("What was found.", found, ...listed), ...shared(...refusedForm) },
    },
  },
  "/api/2/search/things/count": {
    get: {
      operationId: "getSearchThingsCount",
      summary: "Count things",
      tags: ["Search"],
      parameters: [...asked, ...waiting],
      responses: { 200: answer("How many there are.", counted, ...tally), ...shared(...refused) },
    },
    post: {
      operationId: "postSearchThingsCount",
      summary: "Count things by a form",
      tags: ["Search"],
      parameters: waiting,
      requestBody: form({ filter, namespaces }),
      responses: { 200: answer("How many there are.", counted, ...tally), ...shared(...refusedForm) },
    },
  },
};
