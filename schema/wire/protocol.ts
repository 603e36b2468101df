// The messages of the Ditto Protocol (protocol-specification page): one envelope, told apart by its topic.

import { type TSchema, Type } from "typebox";
import { named } from "./json.ts";

const namespace = "(?:_|[a-zA-Z][a-zA-Z0-9_]*(?:[.-][a-zA-Z][a-zA-Z0-9_]*)*)";
const entity = `${namespace}/[^/]+`;
const things = (channel: string) => `${entity}/things/${channel}`;
const anyEntity = `(?:${things("(?:twin|live)")}|${entity}/policies)`;

const topic = (pattern: string) => Type.String({ pattern: `^${pattern}$` });
const status = (minimum: number, maximum: number) => Type.Integer({ minimum, maximum });
const path = Type.String({ description: "A JSON pointer into the entity.", pattern: "^/" });
// Policies have keys that JSON of things has not.
const anyValue = Type.Optional(Type.Unknown());
const commands = "commands/(?:create|modify|merge|delete|retrieve)";

/** An envelope with a topic of its own; everything that is said of other members comes on top. */
const message = (description: string, members: Record<string, TSchema>) =>
  Type.Object({ headers: named("ProtocolHeaders"), path, ...members }, { description });

/** What carries no status is no answer. */
const unanswered = { not: Type.Object({ status: Type.Unknown() }) };
const withoutStatus = (schema: TSchema): TSchema => Object.assign(schema, unanswered);

const event = (actions: string, members: Record<string, TSchema>) =>
  message("A change that was committed.", {
    topic: topic(`${anyEntity}/events/${actions}`),
    revision: Type.Integer({ minimum: 1 }),
    timestamp: Type.String({ format: "date-time" }),
    extra: Type.Optional(named("JsonObject")),
    ...members,
  });

const search = (description: string, action: string, members: Record<string, TSchema>) =>
  message(description, {
    topic: topic(`${things("twin")}/search/${action}`),
    path: Type.Literal("/"),
    ...members,
  });
const subscription = { subscriptionId: Type.String({ description: "As the server named the search." }) };
const toldOfSearch = (description: string, event: string, members: Record<string, TSchema>) =>
  search(description, event, {
    topic: topic(`_/_/things/twin/search/${event}`),
    headers: Type.Intersect([
      named("ProtocolHeaders"),
      Type.Object({ "correlation-id": Type.String(), "content-type": Type.Literal("application/json") }),
    ]),
    value: Type.Object({ ...subscription, ...members }, { additionalProperties: false }),
  });

export const protocolSchemas = {
  ProtocolHeaders: Type.Object(
    {
      "correlation-id": Type.Optional(Type.String()),
      "ditto-originator": Type.Optional(Type.String({ minLength: 1 })),
      "entity-revision": Type.Optional(Type.Integer({ minimum: 0 })),
      "response-required": Type.Optional(Type.Boolean()),
      "requested-acks": Type.Optional(Type.Array(Type.String({ pattern: "^[a-zA-Z0-9_:-]{3,165}$" }))),
      "content-type": Type.Optional(Type.String()),
      etag: Type.Optional(Type.String({ pattern: '^(?:W/)?"[^"]*"$' })),
    },
    { description: "Headers by lower-case name; unknown ones are passed on." },
  ),
  ProtocolCommand: withoutStatus(
    message("What a client wants to be done.", {
      topic: topic(`${anyEntity}/${commands}`),
      value: anyValue,
      fields: Type.Optional(Type.String({ description: "What a retrieve selects." })),
    }),
  ),
  ProtocolResponse: message("The server's answer to a command that it did not refuse.", {
    topic: topic(`(?:${things("twin")}|${entity}/policies)/${commands}`),
    headers: named("ResponseHeaders"),
    value: anyValue,
    status: status(200, 399),
  }),
  LiveResponse: message("A device's answer to a command.", {
    topic: topic(`${things("live")}/${commands}`),
    value: anyValue,
    status: status(100, 599),
  }),
  ResponseHeaders: Type.Intersect([
    named("ProtocolHeaders"),
    Type.Object({
      "correlation-id": Type.String(),
      "response-required": Type.Literal(false),
      "content-type": Type.String(),
    }),
  ]),
  ProtocolError: message("The refusal of a message.", {
    topic: topic(`${anyEntity}/errors`),
    headers: Type.Intersect([
      named("ProtocolHeaders"),
      Type.Object({ "response-required": Type.Literal(false), "content-type": Type.String() }),
    ]),
    path: Type.Literal("/"),
    value: named("Error"),
    status: status(400, 599),
  }),
  ProtocolEvent: Type.Union([
    event("(?:created|modified|merged)", { value: Type.Unknown() }),
    event("deleted", {}),
  ]),
  ProtocolMessage: message("A live message, or the answer to one.", {
    topic: topic(`${things("live")}/messages/.+`),
    path: Type.String({ pattern: "^(?:/features/[^/]+)?/(?:inbox|outbox)/messages/.+$" }),
    value: anyValue,
    status: Type.Optional(status(100, 599)),
  }),
  LiveEvent: withoutStatus(
    message("A change that a device tells of itself.", {
      topic: topic(`${things("live")}/events/(?:created|modified|merged|deleted)`),
      value: anyValue,
    }),
  ),
  ProtocolAcknowledgement: message("What somebody has to say about a signal that asked for it.", {
    topic: topic(`${anyEntity}/acks(?:/[a-zA-Z0-9_:-]{3,165})?`),
    path: Type.Literal("/"),
    value: anyValue,
    status: status(100, 599),
  }),
  ProtocolAnnouncement: message("What a policy has to say.", {
    topic: topic(`${entity}/policies/announcements/.+`),
    path: Type.Literal("/"),
    value: Type.Object({
      deleteAt: Type.String({ format: "date-time" }),
      subjectIds: Type.Array(Type.String(), { minItems: 1 }),
    }),
  }),
  ProtocolSearch: Type.Union([
    search("What a client looks for.", "subscribe", {
      value: Type.Optional(
        Type.Object({
          filter: Type.Optional(Type.String()),
          options: Type.Optional(Type.String({ description: "`size(…)` of a page, and `sort(…)`." })),
          namespaces: Type.Optional(Type.Array(Type.String())),
        }),
      ),
      fields: Type.Optional(Type.String({ description: "What is wanted of each thing." })),
    }),
    search("How many pages a client takes.", "request", {
      value: Type.Object({ ...subscription, demand: Type.Integer({ minimum: 1 }) }),
    }),
    search("The end of a search, by its client.", "cancel", { value: Type.Object(subscription) }),
    toldOfSearch("A search begins, or is over.", "(?:created|complete)", {}),
    toldOfSearch("A page.", "next", { items: Type.Array(named("JsonObject"), { minItems: 1 }) }),
    toldOfSearch("A search is over before its end.", "failed", { error: named("Error") }),
  ]),
  ProtocolStreaming: message("A subscription for the events of the past, or one of them.", {
    topic: topic(
      `${anyEntity}/streaming/(?:subscribeForPersistedEvents|created|request|cancel|next|complete|failed)`,
    ),
    value: Type.Object({
      subscriptionId: Type.Optional(Type.String()),
      item: Type.Optional(named("ProtocolEvent")),
    }),
  }),
};

/** Names of the schemas of everything that a message may be. */
export const protocolMessages = [
  "ProtocolCommand",
  "ProtocolResponse",
  "LiveResponse",
  "ProtocolError",
  "ProtocolEvent",
  "ProtocolMessage",
  "LiveEvent",
  "ProtocolAcknowledgement",
  "ProtocolAnnouncement",
  "ProtocolSearch",
  "ProtocolStreaming",
] as const satisfies readonly (keyof typeof protocolSchemas)[];
