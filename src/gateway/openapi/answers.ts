// The answers of operations; those that many share are components of the document.

import { answerHeaderRows } from "./headers.ts";
import { type Answer, componentRef, json, type Reference, schemaRef } from "./openapi.ts";

const told = ["correlation-id", "ditto-originator", "response-required", "channel"];

const headers = (...names: readonly string[]) => ({
  headers: Object.fromEntries(names.map((name) => [name, componentRef("headers", name)])),
});
const refusal = (description: string, ...names: readonly string[]): Answer => ({
  description,
  ...headers(...told, ...names),
  content: json("Error"),
});

const plainText = { "text/plain": { schema: { type: "string" } } };

/** Answers that do not depend on the resource. */
export const sharedAnswers: Readonly<Record<string, Answer>> = {
  Accepted: { description: "Nobody waits for the outcome.", ...headers(...told) },
  Done: { description: "It is done.", ...headers(...told, "entity-revision", "etag") },
  NotModified: {
    description: "It is what the caller knows already.",
    ...headers("correlation-id", "ditto-originator", "entity-revision", "etag"),
  },
  BadRequest: refusal("Something in the request is not valid."),
  NotAuthenticated: refusal("The caller is not known.", "www-authenticate"),
  Forbidden: refusal("The caller may not do this."),
  NotFound: {
    description: "There is no such resource, or the caller may not see it.",
    ...headers(...told),
    // In plain text where no resource can be.
    content: { ...json("Error"), ...plainText },
  },
  TimedOut: refusal("Nothing came in time.", "live-channel-condition-matched"),
  Conflict: refusal("It would contradict what is there."),
  PreconditionFailed: refusal("A condition of the request does not hold.", "etag"),
  TooLarge: refusal("The body, or what it would make of the entity, is too large."),
  UnsupportedMediaType: refusal("The body is not of a media type that is taken here."),
  UriTooLong: { description: "The path and query are too long.", content: plainText },
  TooManyRequests: refusal(
    "Too many commands wait for acknowledgements, or too many wrong passwords were sent; try again later.",
    "retry-after",
  ),
  HeadersTooLarge: refusal("The headers are too large."),
  Unavailable: refusal("The database does not answer; try again later."),
  Acknowledged: {
    description: "It is done, and these are the acknowledgements that were asked for.",
    ...headers(...told, "entity-revision"),
    content: json("Acknowledgements"),
  },
  AcknowledgementFailed: {
    description: "An acknowledgement that was asked for did not come, or tells of a failure.",
    ...headers(...told, "entity-revision"),
    content: {
      "application/json": {
        schema: {
          anyOf: [schemaRef("Acknowledgements"), schemaRef("Error")],
        },
      },
    },
  },
};

const statuses: Readonly<Record<number, string>> = {
  202: "Accepted",
  204: "Done",
  304: "NotModified",
  400: "BadRequest",
  401: "NotAuthenticated",
  403: "Forbidden",
  404: "NotFound",
  408: "TimedOut",
  409: "Conflict",
  412: "PreconditionFailed",
  413: "TooLarge",
  414: "UriTooLong",
  415: "UnsupportedMediaType",
  424: "AcknowledgementFailed",
  429: "TooManyRequests",
  431: "HeadersTooLarge",
  503: "Unavailable",
};

/** The shared answers of these statuses. */
export const shared = (...of: readonly number[]): Readonly<Record<string, Reference>> =>
  Object.fromEntries(of.map((status) => [status, componentRef("responses", statuses[status] as string)]));

/** The value of a resource. */
export const found = (schema: string): Answer => ({
  description: "The value.",
  ...headers(
    ...told,
    "entity-revision",
    "etag",
    "historical-headers",
    "ditto-metadata",
    "live-channel-condition-matched",
  ),
  content: json(schema),
});

/** A value that was not there before. */
export const created = (schema: string): Answer => ({
  description: "It was created.",
  ...headers("location", ...told, "entity-revision", "etag"),
  content: json(schema),
});

/** What was answered to a message; its receiver chooses its status, content type and body. */
export const messageAnswer: Answer = {
  description: "What was answered, or the acknowledgements that were asked for.",
  ...headers(...told),
  content: { "*/*": { schema: {} } },
};

/** A value that is not that of an entity. */
export const told200 = (schema: string, description: string, ...names: readonly string[]): Answer => ({
  description,
  ...(names.length > 0 && headers(...names)),
  content: json(schema),
});

/** What is said in words only. */
export const said = (description: string, ...names: readonly string[]): Answer => ({
  description,
  ...(names.length > 0 && headers(...names)),
  content: plainText,
});

/** The headers of answers, as components. */
export const headerComponents = () =>
  Object.fromEntries(
    Object.entries(answerHeaderRows).map(([name, { says, schema }]) => [name, { description: says, schema }]),
  );
