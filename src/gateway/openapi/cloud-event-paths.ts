// CloudEvents with messages of the Ditto Protocol.

import { shared } from "./answers.ts";
import type { Content, Parameter, PathItem, Schema } from "./openapi.ts";
import { parameter } from "./parameters.ts";

const text: Schema = { type: "string", minLength: 1 };
const message: Schema = {
  description: "A message of the Ditto Protocol.",
  type: "object",
  required: ["topic", "path"],
  properties: { topic: { type: "string" }, path: { type: "string" }, headers: { type: "object" }, value: {} },
};

const attributes: readonly (readonly [name: string, says: string, schema: Schema])[] = [
  [
    "specversion",
    "Version of CloudEvents, which says that the event is in binary mode.",
    { enum: ["1.0", "0.3"] },
  ],
  ["id", "ID of the event.", text],
  ["source", "Where it is from.", text],
  ["type", "What it is about.", text],
  ["time", "When it happened.", { type: "string", format: "date-time" }],
  ["dataschema", "The schema of its data.", { type: "string", pattern: "^ditto:" }],
];

const componentOf = (name: string): string => `ce_${name}`;

/** The attributes of events in binary mode, as components of the document. */
export const cloudEventParameters: Readonly<Record<string, Parameter>> = Object.fromEntries(
  attributes.map(([name, description, schema]): [string, Parameter] => [
    componentOf(name),
    { name: `ce-${name}`, in: "header", description, schema },
  ]),
);

const structured: Schema = {
  type: "object",
  required: ["specversion", "id", "source", "type"],
  properties: {
    ...Object.fromEntries(
      attributes.map(([name, description, schema]) => [name, { description, ...schema }]),
    ),
    datacontenttype: { enum: ["application/json", "application/vnd.eclipse.ditto+json"] },
    data: message,
    data_base64: { type: "string", contentEncoding: "base64" },
  },
};

const content: Content = {
  "application/json": { schema: message },
  "application/vnd.eclipse.ditto+json": { schema: message },
  "application/cloudevents+json": { schema: structured },
};

export const cloudEventPaths: Readonly<Record<string, PathItem>> = {
  "/api/2/cloudevents": {
    post: {
      operationId: "postCloudEvent",
      summary: "Carry out the message of the Ditto Protocol that is the data of a CloudEvent",
      tags: ["Messages"],
      parameters: [
        ...attributes.map(([name]) => parameter(componentOf(name))),
        parameter("correlation-id"),
        parameter("timeout"),
      ],
      requestBody: { required: true, content },
      responses: shared(202, 400, 401, 403, 404, 408, 409, 412, 413, 414, 415, 424, 429, 431, 503),
    },
  },
};
