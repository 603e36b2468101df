// The seams of a connection filled in by hand: a transport in memory, mappers, a monitor that counts, who answers.

import type { JsonObject } from "../../src/base/json/json.ts";
import { parseJson } from "../../src/base/json/parse.ts";
import type {
  Connector,
  ConnectorEvents,
  ConnectorParts,
  Publication,
  Published,
  ReceivedMessage,
  Settlement,
  Successor,
  Transport,
} from "../../src/connectivity/connectors/connector.ts";
import {
  type ExternalHeaders,
  type ExternalMessage,
  textPayload,
} from "../../src/connectivity/external-message.ts";
import type { PeerAcks } from "../../src/connectivity/inbound/converse.ts";
import type { Mapper, MappingEngine } from "../../src/connectivity/mapping/mapper.ts";
import { type Mappings, mappingsOf } from "../../src/connectivity/mapping/mappings.ts";
import type { Connection, Source, Target } from "../../src/connectivity/model.ts";
import type { About, Monitor, Step } from "../../src/connectivity/monitoring/monitor.ts";
import type { Answer } from "../../src/conversation/answer.ts";

export const connectionOf = (more: Partial<Connection> = {}): Connection => ({
  ...{ id: "bridge", connectionType: "mqtt", connectionStatus: "open", uri: "tcp://localhost:1883" },
  ...{ sources: [], targets: [], clientCount: 1, failoverEnabled: true, validateCertificates: true },
  ...{ processorPoolSize: 1, specificConfig: {}, mappingDefinitions: {}, tags: [] },
  ...more,
});

export const sourceOf = (more: Partial<Source> = {}): Source => ({
  ...{ addresses: ["in/#"], consumerCount: 1, authorizationContext: ["device"], headerMapping: {} },
  ...{ payloadMapping: [], declaredAcks: [] },
  ...more,
});

export const targetOf = (more: Partial<Target> = {}): Target => ({
  ...{ address: "out/{{ thing:id }}", authorizationContext: ["app"], headerMapping: {}, payloadMapping: [] },
  topics: [{ topic: "_/_/things/twin/events", namespaces: [] }],
  ...more,
});

/** The mapper of Ditto's own messages, as far as these tests need it. */
export const dittoMapper: Mapper = {
  blocked: new Set(),
  incoming: (message) => [parseJson(message.payload?.text() ?? "") as JsonObject],
  outgoing: (message) => [{ headers: {}, payload: textPayload(message.text()) }],
  close: () => undefined,
};

const limits = {
  ...{ scriptBytes: 0, scriptTimeMs: 0, scriptStackDepth: 0, incomingMessages: 10, outgoingMessages: 10 },
  ...{ sourceMappers: 10, targetMappers: 10 },
};

/** The mappings of a connection, with others beside that of Ditto. */
export function mappingsWith(others: Mappers = {}, connection: Partial<Connection> = {}): Mappings {
  const engines = Object.entries({ Ditto: {}, ...others }).map(([name, mapper]): [string, MappingEngine] => [
    name,
    { names: [name], needsDefinition: false, create: () => ({ ...dittoMapper, ...mapper }) },
  ]);
  return mappingsOf(connectionOf(connection), new Map(engines), limits);
}

/** Mappers by their names, where they are other than that of Ditto. */
export type Mappers = Readonly<Record<string, Partial<Mapper>>>;

/** Counts what is noted: `source in/# mapped success` → how often. */
export function countingMonitor() {
  const counts: Record<string, number> = {};
  const abouts: Record<string, About | undefined> = {};
  const stepOf = (name: string): Step => {
    const note = (outcome: string, about: About | undefined) => {
      const key = `${name} ${outcome}`;
      counts[key] = (counts[key] ?? 0) + 1;
      abouts[key] = about;
    };
    return {
      success: (about, text) => {
        text?.();
        note("success", about);
      },
      failure: (about, text) => {
        text();
        note("failure", about);
      },
    };
  };
  const monitor: Monitor = {
    source: (address, step) => stepOf(`source ${address} ${step}`),
    target: (address, step) => stepOf(`target ${address} ${step}`),
    response: (step) => stepOf(`response ${step}`),
    connection: (level) => stepOf("connection")[level](undefined, () => ""),
  };
  return { monitor, counts, abouts };
}

/** A message that writes down how it is settled. */
export function receivedOf(
  body: JsonObject | string,
  headers: ExternalHeaders = {},
  address = "in/a",
): ReceivedMessage & { readonly settled: Settlement[] } {
  const settled: Settlement[] = [];
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return {
    ...{ headers, address, sourceAddress: "in/#", settled, payload: textPayload(text) },
    settle: (settlement) => settled.push(settlement),
  };
}

export const modifyOf = (path = "/attributes/a", headers: JsonObject = {}): JsonObject => ({
  ...{ topic: "org.acme/lamp/things/twin/commands/modify", headers, path, value: 1 },
});

export const answerOf = (status: number, more: Partial<Answer> = {}): Answer => ({
  ...{ status, type: status < 400 ? "response" : "error", isLive: false, isWanted: true },
  text: () =>
    JSON.stringify({
      topic: "org.acme/lamp/things/twin/commands/modify",
      headers: { "correlation-id": "c", "content-type": "application/json" },
      ...{ path: "/attributes/a", status },
    }),
  ...more,
});

/** What a connection knows of acknowledgements, with nothing behind it. */
export const acksOf = (declared: readonly string[] = []): PeerAcks => ({
  declared: new Set(declared),
  asked({ headers }) {
    const labels = (headers["requested-acks"] ?? []) as readonly string[];
    const own = labels.filter((label) => declared.includes(label));
    return own.length > 0 ? own : undefined;
  },
  told: () => undefined,
  take: () => undefined,
});

export interface MemoryClient {
  readonly parts: ConnectorParts;
  readonly events: ConnectorEvents;
  readonly published: Publication[];
  readonly calls: string[];
  /** What comes after it, by each `close`. */
  readonly successors: (Successor | undefined)[];
}

/** A transport without a broker: the tests say what that would do. */
export function memoryTransport(
  behaviour: {
    open?: (client: MemoryClient, attempt: number) => Promise<void>;
    publish?: (publication: Publication) => Promise<Published>;
    close?: () => Promise<void>;
  } = {},
) {
  const clients: MemoryClient[] = [];
  const transport: Transport = {
    types: ["mqtt"],
    schemes: { tcp: { isSecure: false, port: 1883 } },
    validate: () => undefined,
    connector(parts): Connector {
      const client: MemoryClient = { parts, events: parts.events, published: [], calls: [], successors: [] };
      clients.push(client);
      return {
        async open() {
          client.calls.push("open");
          await behaviour.open?.(client, clients.length);
        },
        resume: () => void client.calls.push("resume"),
        async publish(publication) {
          client.published.push(publication);
          return (await behaviour.publish?.(publication)) ?? { status: 204 };
        },
        async drain() {
          client.calls.push("drain");
        },
        async close(successor) {
          client.calls.push("close");
          client.successors.push(successor);
          await behaviour.close?.();
        },
      };
    },
  };
  return { transport, clients };
}

export const bodyOf = ({ payload }: ExternalMessage): JsonObject =>
  JSON.parse(payload?.text() ?? "null") as JsonObject;

/** Lets everything that is due be done. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
