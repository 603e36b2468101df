// One client of an MQTT connection; with `separatePublisherClient` it is two at the broker.
//
// A consumer connects anew by itself for one reason only: messages that are to come again (`reconnectForRedelivery`). Whatever
// else ends a link ends the connector.

import { setTimeout as later } from "node:timers/promises";
import type { IConnectPacket } from "mqtt-packet";
import type { Connector, ConnectorParts, Publication, Published, Successor } from "../connector.ts";
import { Client, type ClientEvents, type ClientParts } from "./client.ts";
import { connectPacket } from "./connect-packet.ts";
import type { LinkParts } from "./link.ts";
import { packetOf } from "./message-out.ts";
import { clientIdOf, type MqttOptions, optionsOf } from "./options.ts";
import { Outgoing } from "./outgoing.ts";
import { endSession, type Left, NOTHING_LEFT, surplusOf } from "./session.ts";
import type { MqttSettings } from "./settings.ts";
import { type Route, routesOf } from "./subscriptions.ts";

/** For acknowledgements of the broker, before a client that publishes connects anew. */
const ANSWER_WITHIN_MS = 1_000;

export class MqttConnector implements Connector {
  readonly #parts: ConnectorParts;
  readonly #settings: MqttSettings;
  readonly #options: MqttOptions;
  readonly #routes: readonly Route[];
  readonly #outgoing: Outgoing;
  readonly #unreleased = new Set<number>();
  readonly #closing = new AbortController();
  #consumer: Client | undefined;
  #publisher: Client | undefined;
  #state: "new" | "open" | "closed" = "new";
  #isReconnecting = false;
  #isDrained = false;

  constructor(parts: ConnectorParts, settings: MqttSettings) {
    this.#parts = parts;
    this.#settings = settings;
    this.#options = optionsOf(parts.connection, settings);
    this.#routes = routesOf(parts.connection.sources);
    this.#outgoing = new Outgoing(settings.maxQueueSize);
  }

  async open(): Promise<void> {
    try {
      this.#consumer = this.#makeConsumer();
      await this.#consumer.open();
      if (this.#options.separatePublisherClient) {
        this.#publisher = this.#makePublisher();
        await this.#publisher.open();
      }
      this.#closing.signal.throwIfAborted();
    } catch (error) {
      await this.close();
      throw error;
    }
    this.#opened();
  }

  resume(): void {
    this.#consumer?.resume();
  }

  async publish(publication: Publication): Promise<Published> {
    const isMqtt5 = this.#parts.connection.connectionType === "mqtt-5";
    const { preserveKnownHeaders } = this.#settings;
    await this.#outgoing.publish(packetOf(publication, { isMqtt5, preserveKnownHeaders }));
    return { status: 200 };
  }

  /** The subscriptions stay: what comes until `close`, or while nobody is connected, is kept by the broker, if the session is. */
  async drain(): Promise<void> {
    this.#isDrained = true;
    this.#consumer?.drain();
  }

  async close(successor?: Successor): Promise<void> {
    const { filters, sessions } = this.#surplus(successor);
    this.#state = "closed";
    this.#closing.abort(new Error("The connection was closed while it was made."));
    this.#outgoing.end(new Error("The connection is closed."));
    await Promise.all([this.#consumer?.close(filters), this.#publisher?.close()]);
    await Promise.all(sessions.map((clientId) => this.#endSession(clientId)));
  }

  /** What is to be taken back at the broker: of a test, the sessions that it has begun. */
  #surplus(successor: Successor | undefined): Left {
    const { connection, clientIndex, isTest } = this.#parts;
    if (isTest) {
      const begun = [this.#consumer, this.#publisher].flatMap((client) => client?.begunSession || []);
      return { filters: [], sessions: begun };
    }
    if (this.#state !== "open" || successor === undefined) return NOTHING_LEFT;
    return surplusOf(connection, successor, clientIndex, this.#settings);
  }

  async #endSession(clientId: string): Promise<void> {
    try {
      await endSession(this.#way(), this.#introduction(clientId));
    } catch (error) {
      const reason = (error as Error).message;
      this.#parts.events.log("failure", `The session '${clientId}' stays at the broker: ${reason}`);
    }
  }

  #opened(): void {
    this.#state = "open";
    const { connection, events } = this.#parts;
    for (const { address } of connection.targets)
      events.addressStatus("target", address, "unknown", startedNow());
    if (!this.#parts.isTest) this.#consumer?.start();
  }

  #makeConsumer(): Client {
    const { separatePublisherClient, clientId } = this.#options;
    const outgoing = separatePublisherClient ? undefined : this.#outgoing;
    return this.#makeClient(clientId, { routes: this.#routes, outgoing, unreleased: this.#unreleased });
  }

  #makePublisher(): Client {
    return this.#makeClient(this.#options.publisherId, {
      routes: [],
      outgoing: this.#outgoing,
      unreleased: new Set(),
    });
  }

  #makeClient(baseId: string, role: Pick<ClientParts, "routes" | "outgoing" | "unreleased">): Client {
    const { connection, clientIndex, isTest } = this.#parts;
    const connect = this.#introduction(clientIdOf(baseId, connection, clientIndex));
    const { throttling } = this.#settings;
    return new Client({ ...role, ...this.#way(), connect, throttling, isTest }, this.#clientEvents());
  }

  #way(): Omit<LinkParts, "connect"> {
    const { endpoint, tls } = this.#parts;
    return { endpoint, tls, maxPacketBytes: this.#settings.maxPacketBytes };
  }

  #introduction(clientId: string): IConnectPacket {
    const { connection, isTest } = this.#parts;
    const [settings, options] = [this.#settings, this.#options];
    return connectPacket({ connection, options, settings, clientId, withLastWill: !isTest });
  }

  #clientEvents(): ClientEvents {
    const { events } = this.#parts;
    return {
      take: (source, message) => events.received(source, message),
      throttled: (sourceAddress) => events.throttled(sourceAddress),
      subscribed: ({ address }) => events.addressStatus("source", address, "open", startedNow()),
      refused: ({ address }, reason) => events.addressStatus("source", address, "failed", reason),
      log: (level, text) => events.log(level, text),
      reconnect: this.#options.reconnectForRedelivery ? () => void this.#reconnect() : undefined,
      lost: (reason) => this.#fail(reason),
    };
  }

  async #reconnect(): Promise<void> {
    if (this.#isReconnecting || this.#state !== "open") return;
    this.#isReconnecting = true;
    const { log } = this.#parts.events;
    log("failure", `Messages are to come again: connecting anew in ${this.#options.redeliveryDelay} ms.`);
    try {
      await later(this.#options.redeliveryDelay, undefined, { signal: this.#closing.signal });
      await this.#replaceConsumer();
      log("success", "Connected anew for messages that are to come again.");
    } catch (error) {
      this.#fail(error as Error);
    } finally {
      this.#isReconnecting = false;
    }
  }

  async #replaceConsumer(): Promise<void> {
    const { separatePublisherClient } = this.#options;
    this.#consumer?.drain();
    if (!separatePublisherClient) await this.#outgoing.detach(ANSWER_WITHIN_MS);
    await this.#consumer?.close();
    this.#closing.signal.throwIfAborted();
    this.#consumer = this.#makeConsumer();
    await this.#consumer.open();
    if (this.#isDrained) this.#consumer.drain();
    else this.#consumer.start();
  }

  #fail(reason: Error): void {
    // The consumer may be lost while the publisher connects.
    if (this.#state === "new") this.#closing.abort(reason);
    if (this.#state !== "open") return;
    this.#outgoing.end(reason);
    void this.close();
    this.#parts.events.lost(reason);
  }
}

const startedNow = (): string => `Started at ${new Date().toISOString()}.`;
