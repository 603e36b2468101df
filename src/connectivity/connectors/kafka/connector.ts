// One client of Kafka: members of a consumer group for its sources, and a producer.

import {
  ConnectFailure,
  type Connector,
  type ConnectorParts,
  type Publication,
  type Published,
} from "../connector.ts";
import { brokersOf, type KafkaProducer, producerOf } from "./clients.ts";
import { connectFailure, isOfNetwork } from "./failures.ts";
import { type KafkaHosts, letIn, trusting } from "./hosts.ts";
import { Member, type Subscription } from "./member.ts";
import { isDebugEnabled } from "./options.ts";
import { Publishing } from "./publishing.ts";
import type { KafkaSettings } from "./settings.ts";
import { within } from "./within.ts";

const CLOSE_WITHIN_MS = 5_000;

export class KafkaConnector implements Connector {
  readonly #parts: ConnectorParts;
  readonly #settings: KafkaSettings;
  readonly #hosts: KafkaHosts;
  readonly #producer: KafkaProducer;
  readonly #publishing: Publishing;
  #members: readonly Member[] = [];
  #state: "opening" | "open" | "draining" | "over" = "opening";
  #isPaused = false;

  constructor(parts: ConnectorParts, settings: KafkaSettings, hosts: KafkaHosts) {
    this.#parts = parts;
    this.#settings = settings;
    this.#hosts = trusting(hosts, parts.endpoint.host);
    this.#producer = producerOf(parts, settings, this.#hosts);
    this.#publishing = new Publishing({
      producer: this.#producer,
      settings: settings.producer,
      isDebugEnabled: isDebugEnabled(parts.connection),
      connectionId: parts.connection.id,
      failed: (error) => this.#publishFailed(error),
    });
  }

  async open(): Promise<void> {
    try {
      await this.#connect();
      this.#endIfOver();
      this.#members = this.#newMembers();
      await Promise.all(this.#members.map((member) => (this.#parts.isTest ? member.probe() : member.open())));
      this.#endIfOver();
    } catch (error) {
      await this.close();
      throw connectFailure(error);
    }
    this.#state = "open";
    for (const member of this.#members) member.resume();
    this.#tellTargets();
  }

  resume(): void {
    this.#isPaused = false;
    for (const member of this.#members) member.resume();
  }

  publish(publication: Publication): Promise<Published> {
    return this.#publishing.publish(publication);
  }

  async drain(): Promise<void> {
    if (this.#state === "open") this.#state = "draining";
    for (const member of this.#members) member.stop();
  }

  async close(): Promise<void> {
    this.#state = "over";
    this.#publishing.close();
    const closing = [...this.#members.map((member) => member.close()), this.#producer.close()];
    await within(CLOSE_WITHIN_MS, Promise.allSettled(closing));
  }

  /** Whoever closes while it is opened finds nothing open afterwards. */
  #endIfOver(): void {
    if (this.#state === "over")
      throw new ConnectFailure("The connection to Kafka was closed while it was made.", false);
  }

  /** The first request goes to one broker only and once, so that wrong credentials are noticed at once and do not count manifold. */
  async #connect(): Promise<void> {
    this.#producer.on("error", (error) => this.#lose(error));
    const named = brokersOf(this.#parts.connection, this.#parts.endpoint);
    await letIn(
      named.map(({ host }) => host),
      this.#hosts,
    );
    const { brokers } = await this.#producer.metadata({ topics: [], retries: 0 });
    // Sockets are guarded by themselves; but better no connection than one that lacks some brokers.
    await letIn(
      [...brokers.values()].map(({ host }) => host),
      this.#hosts,
    );
    // The connection is still among those of the library when it tells of its end.
    this.#producer.on("client:broker:disconnect", () => setImmediate(() => this.#lookForBrokers()));
  }

  #newMembers(): Member[] {
    const { sources } = this.#parts.connection;
    const count = Math.max(0, ...sources.map(({ consumerCount }) => consumerCount));
    return Array.from({ length: count }, (_, index) => this.#newMember(this.#subscriptions(index)));
  }

  /** What the member with this index consumes: every source has as many members as its count says. */
  #subscriptions(index: number): Subscription[] {
    return this.#parts.connection.sources.flatMap(({ consumerCount, addresses, qos }, source) =>
      consumerCount > index ? addresses.map((topic) => ({ source, topic, isAtLeastOnce: qos === 1 })) : [],
    );
  }

  #newMember(subscriptions: readonly Subscription[]): Member {
    const { events } = this.#parts;
    return new Member({
      connector: this.#parts,
      settings: this.#settings,
      subscriptions,
      events: {
        ...events,
        received: (source, message) => {
          const mayGoOn = events.received(source, message);
          if (!mayGoOn) this.#isPaused = true;
          return mayGoOn;
        },
      },
      hosts: this.#hosts,
      isOpen: () => this.#state === "open" && !this.#isPaused,
      lost: (error) => this.#lose(error),
    });
  }

  #tellTargets(): void {
    for (const { address } of this.#parts.connection.targets)
      this.#parts.events.addressStatus("target", address, "open", "ready to publish");
  }

  #publishFailed(error: unknown): void {
    if (isOfNetwork(error)) this.#lookForBrokers();
  }

  /** Brokers close connections that are idle; it is a loss only if none of them takes another one. */
  #lookForBrokers(): void {
    if (this.#state !== "open") return;
    this.#producer
      .metadata({ topics: [], forceUpdate: true, retries: 3 })
      .catch((error: unknown) => this.#lose(error));
  }

  #lose(error: unknown): void {
    if (this.#state !== "open" && this.#state !== "draining") return;
    this.#state = "over";
    this.#publishing.close();
    for (const member of this.#members) member.stop();
    this.#parts.events.lost(connectFailure(error));
  }
}
