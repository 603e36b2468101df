// Connections to brokers and endpoints, and what the server tells of them.

import { Type } from "typebox";
import { named } from "./json.ts";

const texts = (description: string) => Type.Array(Type.String(), { description });
const textMap = (description: string) =>
  Type.Object({}, { description, additionalProperties: Type.String() });
const instant = (description: string) => Type.String({ description, format: "date-time" });
const connectivityStatus = (description: string) =>
  Type.String({ description, enum: ["open", "closed", "failed", "misconfigured", "unknown"] });

/** What a connection says of itself, but for its ID. */
const fields = {
  name: Type.Optional(Type.Union([Type.String(), Type.Null()], { description: "For people." })),
  connectionType: Type.String({
    description: "The transport.",
    enum: ["mqtt", "mqtt-5", "kafka", "nats", "http-push", "amqp-091", "amqp-10", "hono"],
  }),
  uri: Type.String({ description: "Where to connect to.", examples: ["tcp://user:password@broker:1883"] }),
  sources: Type.Optional(Type.Array(named("ConnectionSource"), { description: "Where messages come from." })),
  targets: Type.Optional(Type.Array(named("ConnectionTarget"), { description: "Where messages go to." })),
  clientCount: Type.Optional(Type.Integer({ description: "How many clients serve it.", minimum: 1 })),
  failoverEnabled: Type.Optional(Type.Boolean({ description: "Whether it is made again when it is lost." })),
  validateCertificates: Type.Optional(
    Type.Boolean({ description: "Whether the broker must prove who it is." }),
  ),
  processorPoolSize: Type.Optional(
    Type.Integer({ description: "Kept, and without a meaning here.", minimum: 1 }),
  ),
  specificConfig: Type.Optional(textMap("Options of the transport.")),
  mappingDefinitions: Type.Optional(named("MappingDefinitions")),
  credentials: Type.Optional(named("JsonObject")),
  ca: Type.Optional(Type.String({ description: "Certificates to trust, PEM." })),
  sshTunnel: Type.Optional(named("JsonObject")),
  tags: Type.Optional(texts("By which operators find it.")),
};

const status = connectivityStatus("What it is to be: all but `open` leave it closed.");
const connectionId = Type.String({ description: "The ID of the connection." });
const counts = Type.Object(
  {
    PT1M: Type.Integer({ description: "In the last minute.", minimum: 0 }),
    PT1H: Type.Integer({ description: "In the last hour.", minimum: 0 }),
    PT24H: Type.Integer({ description: "In the last day.", minimum: 0 }),
    lastMessageAt: Type.Union([Type.String({ format: "date-time" }), Type.Null()]),
  },
  { description: "How often, and when last." },
);
const measured = {
  description: "By what happened to messages, as 'consumed' or 'published'.",
  additionalProperties: Type.Object({ success: counts, failure: counts }),
};
const byAddress = Type.Object({
  addressMetrics: Type.Object(
    {},
    { description: "By address; '_responses' are replies.", additionalProperties: Type.Object({}, measured) },
  ),
});
const partStatus = Type.Array(
  Type.Object({
    type: Type.String(),
    client: Type.String({ description: "Which of the clients." }),
    address: Type.Optional(Type.String()),
    status: connectivityStatus("How it is doing."),
    statusDetails: Type.Optional(Type.String()),
    recoveryStatus: Type.Optional(Type.String()),
    inStateSince: Type.Optional(instant("Since when.")),
  }),
);

export const connectionSchemas = {
  ConnectionId: Type.String({
    description: "ID of a connection.",
    pattern: "^[a-zA-Z0-9\\-_:]{1,100}$",
    examples: ["line-7"],
  }),
  Connection: Type.Object(
    { id: Type.Optional(named("ConnectionId")), ...fields, connectionStatus: status },
    { description: "A bridge to a broker or an endpoint." },
  ),
  NewConnection: Type.Object(
    { ...fields, connectionStatus: Type.Optional(status) },
    { description: "A connection to be created, or tried." },
  ),
  ConnectionSource: Type.Object(
    {
      addresses: Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }),
      consumerCount: Type.Optional(Type.Integer({ minimum: 1 })),
      qos: Type.Optional(Type.Integer({ minimum: 0, maximum: 2 })),
      authorizationContext: Type.Array(Type.String({ minLength: 1 }), {
        description: "Whom its messages speak for.",
        minItems: 1,
      }),
      enforcement: Type.Optional(
        Type.Object({ input: Type.String(), filters: texts("One of these is what the message is about.") }),
      ),
      acknowledgementRequests: Type.Optional(
        Type.Object({ includes: texts("Labels."), filter: Type.Optional(Type.String()) }),
      ),
      headerMapping: Type.Optional(textMap("Headers to add, with placeholders.")),
      payloadMapping: Type.Optional(texts("Mappers, in their order.")),
      replyTarget: Type.Optional(named("JsonObject")),
      declaredAcks: Type.Optional(texts("Labels of acknowledgements that come by it.")),
    },
    { description: "Where messages come from." },
  ),
  ConnectionTarget: Type.Object(
    {
      address: Type.String({ description: "May hold placeholders.", minLength: 1 }),
      topics: texts("What it wants to be told of."),
      qos: Type.Optional(Type.Integer({ minimum: 0, maximum: 2 })),
      authorizationContext: Type.Array(Type.String({ minLength: 1 }), {
        description: "Who must be allowed to read what is told.",
        minItems: 1,
      }),
      issuedAcknowledgementLabel: Type.Optional(Type.String()),
      headerMapping: Type.Optional(textMap("Headers to add, with placeholders.")),
      payloadMapping: Type.Optional(texts("Mappers, in their order.")),
    },
    { description: "Where messages go to." },
  ),
  MappingDefinitions: Type.Object(
    {},
    {
      description: "Mappers by their IDs.",
      additionalProperties: Type.Object({
        mappingEngine: Type.String({ examples: ["JavaScript"] }),
        options: named("JsonObject"),
        incomingConditions: Type.Optional(
          textMap("Each must leave something, or the mapper is passed over."),
        ),
        outgoingConditions: Type.Optional(textMap("The same of what goes out.")),
      }),
    },
  ),
  ConnectionList: Type.Union([Type.Array(named("JsonObject")), Type.Array(named("ConnectionId"))], {
    description: "The connections, or what was selected of them, or their IDs.",
  }),
  ConnectionStatus: Type.Object(
    {
      ...{ type: Type.String(), status: Type.Integer(), connectionId, connectionStatus: status },
      liveStatus: connectivityStatus("How it is doing as a whole."),
      recoveryStatus: Type.String({ enum: ["ongoing", "succeeded", "backOffLimitReached", "unknown"] }),
      connectedSince: Type.Optional(instant("Of its first client.")),
      clientStatus: Type.Optional(partStatus),
      sourceStatus: Type.Optional(partStatus),
      targetStatus: Type.Optional(partStatus),
      sshTunnelStatus: Type.Optional(partStatus),
    },
    { description: "How a connection is doing." },
  ),
  ConnectionMetrics: Type.Object(
    {
      ...{ type: Type.String(), status: Type.Integer(), connectionId },
      connectionMetrics: Type.Object({
        inbound: Type.Object({}, measured),
        outbound: Type.Object({}, measured),
      }),
      containsFailures: Type.Boolean(),
      ...{ sourceMetrics: byAddress, targetMetrics: byAddress },
    },
    { description: "What happened to the messages of a connection." },
  ),
  ConnectionLogs: Type.Object(
    {
      connectionId,
      connectionLogs: Type.Array(
        Type.Object({
          correlationId: Type.String(),
          timestamp: instant("When it was."),
          category: Type.String({ enum: ["source", "target", "response", "connection"] }),
          type: Type.String({ description: "What happened." }),
          level: Type.String({ enum: ["success", "failure"] }),
          message: Type.String(),
          address: Type.Optional(Type.String()),
          entityType: Type.Optional(Type.String()),
          entityId: Type.Optional(Type.String()),
        }),
      ),
      enabledSince: Type.Union([Type.String({ format: "date-time" }), Type.Null()]),
      enabledUntil: Type.Union([Type.String({ format: "date-time" }), Type.Null()]),
    },
    { description: "The newest entries of the logs of a connection." },
  ),
  ExternalMessage: Type.Object(
    {
      headers: Type.Optional(textMap("Names in lower case.")),
      textPayload: Type.Optional(Type.String()),
      bytePayload: Type.Optional(
        Type.String({ description: "Base64.", pattern: "^[A-Za-z0-9+/_-]*={0,2}$" }),
      ),
      address: Type.Optional(Type.String({ description: "Where a message came in." })),
    },
    { description: "A message as a broker has it." },
  ),
  MappingTest: Type.Object(
    {
      direction: Type.String({ enum: ["inbound", "outbound"] }),
      message: Type.Union([named("ExternalMessage"), named("JsonObject")], {
        description: "Inbound a message of the broker, outbound a message of the Ditto Protocol.",
      }),
      payloadMapping: Type.Optional(
        texts("Mappers in their order; without it, those of the source or target."),
      ),
      mappingDefinitions: Type.Optional(named("MappingDefinitions")),
      source: Type.Optional(Type.Integer({ description: "Index of the source.", minimum: 0 })),
      target: Type.Optional(Type.Integer({ description: "Index of the target.", minimum: 0 })),
    },
    { description: "A sample message, and the mappers that are to see it." },
  ),
  MappingTestResult: Type.Object(
    {
      direction: Type.String({ enum: ["inbound", "outbound"] }),
      results: Type.Array(
        Type.Object({
          mapper: Type.String(),
          outcome: Type.String({ enum: ["mapped", "dropped", "failed"] }),
          messages: Type.Optional(Type.Array(named("JsonObject"), { description: "What the mapper made." })),
          refusals: Type.Optional(
            Type.Array(Type.Object({ message: Type.Integer({ minimum: 0 }), error: named("MappingError") }), {
              description: "Which of these no Ditto Protocol message can be seen in.",
            }),
          ),
          error: Type.Optional(named("MappingError")),
        }),
      ),
    },
    { description: "What every mapper made of the message, in their order." },
  ),
  MappingError: Type.Object(
    {
      ...{ status: Type.Integer(), error: Type.String(), message: Type.String() },
      description: Type.Optional(Type.String()),
      script: Type.Optional(Type.String({ enum: ["incomingScript", "outgoingScript"] })),
      line: Type.Optional(Type.Integer({ minimum: 1 })),
      column: Type.Optional(Type.Integer({ minimum: 1 })),
    },
    { description: "Why a mapper failed, and where in its script." },
  ),
};
