// One client of a NATS connection.
//
// new → open (the server has accepted it, and lets it read all addresses) → closed; or new → closed.

import { createInbox, type NatsConnection, type PermissionViolationError } from "@nats-io/transport-node";
import {
  ConnectFailure,
  type Connector,
  type ConnectorParts,
  type Publication,
  type Published,
  type Successor,
} from "../connector.ts";
import { connectFailure, streamFailure, violationText } from "./failures.ts";
import { Inbox } from "./inbox.ts";
import { type LinkParts, openLink, watchLink } from "./link.ts";
import { wireOf } from "./message-out.ts";
import { type NatsOptions, optionsOf } from "./options.ts";
import { Outgoing } from "./outgoing.ts";
import type { Reader, ReaderEvents } from "./reader.ts";
import { addressesOf, readersOf } from "./readers.ts";
import type { NatsSettings } from "./settings.ts";
import { problemOfSubject, systemToken } from "./subjects.ts";
import { deleteConsumers, surplusOf } from "./surplus.ts";

/** For what is written to get out before the connection is closed. */
const FLUSH_WITHIN_MS = 1_000;
/** For what was sent to us before the server knew that no more is wanted. */
const DRAIN_WITHIN_MS = 2_000;
const DELETE_WITHIN_MS = 2_000;

export class NatsConnector implements Connector {
  readonly #parts: ConnectorParts;
  readonly #settings: NatsSettings;
  readonly #hosts: LinkParts["hosts"];
  readonly #options: NatsOptions;
  readonly #inbox: Inbox;
  readonly #systemTokens: ReadonlySet<string | undefined>;
  readonly #readers: Reader[] = [];
  readonly #refusals = new Map<string, Error>();
  #link: NatsConnection | undefined;
  #unwatch = (): void => {};
  #outgoing: Outgoing | undefined;
  #state: "new" | "open" | "closed" = "new";

  constructor(parts: ConnectorParts, settings: NatsSettings, hosts: LinkParts["hosts"]) {
    this.#parts = parts;
    this.#hosts = hosts;
    this.#settings = settings;
    this.#options = optionsOf(parts.connection, settings);
    this.#inbox = new Inbox(parts.events, settings.throttling);
    const { sources, targets } = parts.connection;
    const addresses = [...targets, ...sources.map((source) => source.replyTarget)].map(
      (to) => to?.address ?? "",
    );
    this.#systemTokens = new Set(addresses.map(systemToken));
  }

  async open(): Promise<void> {
    try {
      const link = await openLink({
        ...this.#parts,
        options: this.#options,
        pingInterval: this.#settings.pingInterval,
        hosts: this.#hosts,
      });
      this.#link = link;
      this.#refuseIfClosed();
      this.#unwatch = watchLink(link, {
        violation: (violation) => this.#violated(violation),
        notice: (text) => this.#parts.events.log("failure", text),
        lost: (reason) => this.#fail(reason),
      });
      this.#outgoing = this.#makeOutgoing(link);
      await this.#openSources(link);
      await link.flush();
      this.#refuseIfClosed();
      this.#refuseIfRefused();
    } catch (error) {
      await this.close();
      throw error instanceof ConnectFailure ? error : connectFailure(error);
    }
    this.#opened();
  }

  resume(): void {
    this.#inbox.resume();
  }

  async publish(publication: Publication): Promise<Published> {
    const { address, qos } = publication;
    const problem = problemOfSubject(address) ?? this.#problemOfSystem(address);
    if (problem !== undefined) throw new Error(`There is no subject '${address}': ${problem}`);
    const wire = wireOf(publication);
    const most = this.#link?.info?.max_payload ?? Number.POSITIVE_INFINITY;
    if (wire.size > most)
      throw new Error(
        `The message to '${address}' has ${wire.size} bytes with its headers; the server takes ${most} at most.`,
      );
    if (!this.#outgoing) throw new Error("The connection is not open.");
    await this.#outgoing.publish(wire, qos === 1);
    return { status: 204 };
  }

  async drain(): Promise<void> {
    this.#inbox.close();
    await within(DRAIN_WITHIN_MS, Promise.all(this.#readers.map((reader) => reader.drain())));
  }

  async close(successor?: Successor): Promise<void> {
    const wasOpen = this.#state === "open";
    this.#state = "closed";
    this.#unwatch();
    this.#inbox.close();
    const link = this.#link;
    // What was settled last has to reach the server.
    if (wasOpen && link && !link.isClosed()) await within(FLUSH_WITHIN_MS, link.flush());
    this.#outgoing?.end(new Error("The connection is closed."));
    for (const reader of this.#readers) reader.close();
    if (wasOpen && link && successor) await within(DELETE_WITHIN_MS, this.#deleteSurplus(link, successor));
    await link?.close().catch(() => {});
  }

  async #deleteSurplus(link: NatsConnection, successor: Successor): Promise<void> {
    const { connection, events } = this.#parts;
    try {
      const surplus = surplusOf(connection, successor, (one) => optionsOf(one, this.#settings));
      await deleteConsumers(link, surplus, this.#options);
    } catch (error) {
      events.log("failure", (error as Error).message);
    }
  }

  #makeOutgoing(link: NatsConnection): Outgoing {
    const { queueSize, maxInFlight, answerWithin } = this.#settings.producer;
    const ackInbox = createInbox(this.#options.inboxPrefix);
    const outgoing = new Outgoing({
      send: (subject, data, options) => link.publish(subject, data, options),
      flush: () => link.flush(),
      ...{ ackInbox, queueSize, maxInFlight, answerWithin },
    });
    if (this.#parts.connection.targets.some(({ qos }) => qos === 1)) {
      link.subscribe(`${ackInbox}.*`, {
        callback: (error, msg) =>
          error ? this.#refused(`${ackInbox}.*`, error) : outgoing.acknowledged(msg),
      });
    }
    return outgoing;
  }

  async #openSources(link: NatsConnection): Promise<void> {
    const { connection, isTest, events } = this.#parts;
    const openReader = await readersOf({
      ...{ link, connection, isTest, inbox: this.#inbox, options: this.#options, settings: this.#settings },
      eventsOf: (address) => this.#readerEvents(address),
    });
    for (const where of addressesOf(connection)) {
      try {
        const reader = await openReader(where);
        if (reader) this.#readers.push(reader);
      } catch (error) {
        const failure = streamFailure(where.address, error);
        events.addressStatus("source", where.address, "failed", failure.message);
        throw failure;
      }
    }
  }

  #readerEvents(address: string): ReaderEvents {
    return {
      refused: (error) => this.#refused(address, error),
      log: (level, text) => this.#parts.events.log(level, text),
      failed: (reason) => {
        this.#parts.events.addressStatus("source", address, "failed", reason.message);
        this.#fail(reason);
      },
    };
  }

  #opened(): void {
    this.#state = "open";
    const { connection, events, isTest } = this.#parts;
    const details = `Started at ${new Date().toISOString()}.`;
    for (const address of connection.sources.flatMap(({ addresses }) => addresses))
      events.addressStatus("source", address, "open", details);
    for (const { address } of connection.targets) events.addressStatus("target", address, "open", details);
    if (isTest) return;
    this.#inbox.resume();
    for (const reader of this.#readers) reader.start();
  }

  #refused(address: string, error: Error): void {
    this.#refusals.set(address, error);
    this.#parts.events.addressStatus("source", address, "failed", "The server does not let it be read.");
    if (this.#state === "open") this.#fail(streamFailure(address, error));
  }

  #refuseIfClosed(): void {
    if (this.#state === "closed")
      throw new ConnectFailure("The connection was closed while it was made.", false);
  }

  #refuseIfRefused(): void {
    for (const [address, error] of this.#refusals) throw streamFailure(address, error);
  }

  #violated(violation: PermissionViolationError): void {
    if (violation.operation !== "publish") return;
    const text = violationText(violation);
    const token = systemToken(violation.subject);
    // Requests for messages and acknowledgements of ours: without them nothing is gained by going on.
    if (token === "$JS" && !this.#systemTokens.has(token))
      this.#fail(new Error(`JetStream cannot be used: ${text}`));
    else this.#outgoing?.refused(violation.subject, text);
  }

  /** What comes in must not choose what of the server itself is spoken to: a reply may be wanted by anybody, anywhere. */
  #problemOfSystem(address: string): string | undefined {
    const token = systemToken(address);
    if (token === undefined || this.#systemTokens.has(token)) return undefined;
    return `subjects of '${token}' must begin so in the address of the target.`;
  }

  #fail(reason: Error): void {
    if (this.#state !== "open") return;
    this.#state = "closed";
    this.#outgoing?.end(reason);
    void this.close();
    this.#parts.events.lost(reason);
  }
}

async function within(ms: number, done: Promise<unknown>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([promise, done.catch(() => {})]);
  clearTimeout(timer);
}
