// One client of a broker on one link: it subscribes, hands messages out, acknowledges them, and carries what is published.

import { setTimeout as later } from "node:timers/promises";
import type { IConnackPacket, IPublishPacket, ISubackPacket, Packet } from "mqtt-packet";
import { ConnectFailure, type ReceivedMessage, type Settlement } from "../connector.ts";
import type { Throttling } from "../pace.ts";
import { Exchanges } from "./exchanges.ts";
import { Inbox, MAX_STARTING_BYTES } from "./inbox.ts";
import { Link, type LinkParts } from "./link.ts";
import { messageOf } from "./message-in.ts";
import { type Outgoing, pubrel, windowOf } from "./outgoing.ts";
import type { TooLarge } from "./packets.ts";
import { type Receipt, Receipts } from "./receipts.ts";
import { lowered, type Route, refusalOf, routesFor } from "./subscriptions.ts";

export interface ClientParts extends LinkParts {
  /** None for a client that only publishes. */
  readonly routes: readonly Route[];
  /** Absent for a client that only receives. */
  readonly outgoing: Outgoing | undefined;
  /** Of the session, from one link to the next. */
  readonly unreleased: Set<number>;
  readonly throttling: Throttling | undefined;
  /** Whether all that comes is left with the broker, unacknowledged. */
  readonly isTest: boolean;
}

export interface ClientEvents {
  take(source: number, message: ReceivedMessage): boolean;
  throttled(sourceAddress: string): void;
  subscribed(route: Route): void;
  refused(route: Route, reason: string): void;
  log(level: "success" | "failure", text: string): void;
  /** A message is to come again, for which the client has to connect anew; absent where they are acknowledged all the same. */
  readonly reconnect: (() => void) | undefined;
  /** At most once, and only after `open`. */
  lost(reason: Error): void;
}

export class Client {
  readonly #parts: ClientParts;
  readonly #events: ClientEvents;
  readonly #link: Link;
  readonly #exchanges = new Exchanges();
  readonly #receipts: Receipts;
  readonly #inbox: Inbox;
  readonly #lost = Promise.withResolvers<never>();
  /** Resolved where the messages of a session that is taken up stand before the answers to the subscriptions. */
  readonly #crowded = Promise.withResolvers<"crowded">();
  #isOpen = false;
  #hasBegunSession = false;
  #identifies = false;

  constructor(parts: ClientParts, events: ClientEvents) {
    this.#parts = parts;
    this.#events = events;
    this.#lost.promise.catch(() => undefined);
    this.#link = new Link(parts, {
      packet: (packet) => this.#packet(packet),
      tooLarge: (message) => !parts.isTest && this.#tooLarge(message),
      writable: () => parts.outgoing?.writable(),
      lost: (reason) => this.#drop(reason),
    });
    const write = (bytes: Buffer) => void this.#link.write(bytes);
    this.#receipts = new Receipts({ write, reconnect: events.reconnect, unreleased: parts.unreleased });
    this.#inbox = new Inbox({
      take: events.take,
      throttled: events.throttled,
      pauseReading: () => this.#link.pause(),
      resumeReading: () => this.#link.resume(),
      overrun: () => this.#overrun(),
      throttling: parts.throttling,
    });
  }

  /** Connects and subscribes. Nothing is handed out before `start`. Rejects with a ConnectFailure, after cleaning up. */
  async open(): Promise<void> {
    try {
      this.#accepted(await this.#link.open());
      await this.#subscribeAll();
      this.#isOpen = true;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  start(): void {
    this.#inbox.start();
  }

  resume(): void {
    this.#inbox.resume();
  }

  /** Hands out nothing more; what was handed out can be settled until `close`. */
  drain(): void {
    this.#inbox.close();
  }

  /** The client ID, where the broker has begun a session under it for this client. */
  get begunSession(): string | undefined {
    return this.#hasBegunSession ? this.#parts.connect.clientId : undefined;
  }

  /** Never rejects. Where it is connected, it takes these subscriptions of its session back, if the broker answers soon. */
  async close(filters: readonly string[] = []): Promise<void> {
    this.#inbox.close();
    if (this.#isOpen && filters.length > 0) await this.#unsubscribe([...filters]);
    this.#isOpen = false;
    this.#receipts.close();
    this.#lost.reject(new Error("The client is closed."));
    await this.#link.close();
  }

  #accepted({ sessionPresent, properties }: IConnackPacket): void {
    const { outgoing, unreleased } = this.#parts;
    this.#hasBegunSession = !sessionPresent;
    if (!sessionPresent) unreleased.clear();
    this.#identifies =
      this.#parts.connect.protocolVersion === 5 && properties?.subscriptionIdentifiersAvailable !== false;
    const window = windowOf(properties?.receiveMaximum);
    outgoing?.attach({ link: this.#link, exchanges: this.#exchanges, window });
  }

  async #subscribeAll(): Promise<void> {
    const late = new ConnectFailure("The broker does not answer the subscriptions in time.", false);
    const timer = setTimeout(() => this.#drop(late), SUBSCRIBE_WITHIN_MS);
    const subscribed = Promise.all(this.#parts.routes.map((route) => this.#subscribe(route)));
    try {
      const first = await Promise.race([this.#lost.promise, subscribed, this.#crowded.promise]);
      if (first === "crowded") subscribed.catch((refusal: Error) => this.#drop(refusal));
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * A session that is taken up has its subscriptions, so its messages may be taken before the broker has answered ours: it does so
   * only after all of them, and else a long absence could not be made good.
   */
  #overrun(): void {
    if (!this.#hasBegunSession) {
      this.#crowded.resolve("crowded");
      return;
    }
    const most = MAX_STARTING_BYTES / 1024 ** 2;
    const reason = `The broker sent more than ${most} MB of messages before the subscriptions were ready.`;
    this.#drop(new ConnectFailure(reason, false));
  }

  async #subscribe(route: Route): Promise<void> {
    const subscriptions = [...route.subscriptions];
    const properties = this.#identifies ? { subscriptionIdentifier: route.identifier } : {};
    const answer = await this.#ask((messageId) => ({
      cmd: "subscribe",
      messageId,
      subscriptions,
      properties,
    }));
    const suback = answer as ISubackPacket;
    const refusal = refusalOf(route, suback);
    if (refusal) {
      this.#events.refused(route, refusal.message);
      throw refusal;
    }
    for (const text of lowered(route, suback)) this.#events.log("failure", text);
    this.#events.subscribed(route);
  }

  async #unsubscribe(unsubscriptions: string[]): Promise<void> {
    const answer = this.#ask((messageId) => ({ cmd: "unsubscribe", messageId, unsubscriptions }));
    const timeUp = later(UNSUBSCRIBE_WITHIN_MS, undefined, { ref: false });
    await Promise.race([this.#lost.promise, answer, timeUp]).catch(() => undefined);
  }

  #ask(packetWith: (messageId: number) => Packet): Promise<Packet> {
    return new Promise((resolve) => {
      const messageId = this.#exchanges.begin((answer) => {
        resolve(answer);
        return true;
      });
      this.#link.send(packetWith(messageId));
    });
  }

  #packet(packet: Packet): void {
    if (packet.cmd === "publish" && this.#parts.isTest) return;
    if (packet.cmd === "publish") this.#received(packet);
    else if (packet.cmd === "pubrel") this.#receipts.released(packet.messageId ?? 0);
    // The broker asks about a message of a client before us, which has long been given up.
    else if (!this.#exchanges.answered(packet) && packet.cmd === "pubrec")
      this.#link.write(pubrel(packet.messageId ?? 0));
  }

  #received(packet: IPublishPacket): void {
    const taking = routesFor(packet, this.#parts.routes);
    const receipt =
      packet.qos === 0 ? NONE : this.#receipts.begin(packet.messageId ?? 0, packet.qos, taking.length);
    if (receipt === undefined || taking.length === 0) return;
    const message = messageOf(packet);
    for (const { source, address } of taking) {
      const settle = this.#settling(receipt);
      this.#inbox.add(source, { ...message, address: packet.topic, sourceAddress: address, settle });
    }
  }

  /** As what has a payload that is too large, it is done with. */
  #tooLarge({ topic, qos, messageId, bytes }: TooLarge): void {
    const { log } = this.#events;
    const most = this.#parts.maxPacketBytes;
    log(
      "failure",
      `A message to '${topic.slice(0, 200)}' was dropped: it has ${bytes} bytes, ${most} are allowed.`,
    );
    if (qos !== 0) this.#receipts.begin(messageId, qos, 0);
  }

  #settling(receipt: Receipt | typeof NONE): (settlement: Settlement) => void {
    if (receipt === NONE) return () => undefined;
    let isSettled = false;
    return (settlement) => {
      if (isSettled) return;
      isSettled = true;
      this.#receipts.settle(receipt, settlement);
    };
  }

  #drop(reason: Error): void {
    const wasOpen = this.#isOpen;
    this.#lost.reject(reason);
    void this.close();
    if (wasOpen) this.#events.lost(reason);
  }
}

const SUBSCRIBE_WITHIN_MS = 30_000;
const UNSUBSCRIBE_WITHIN_MS = 1_000;

/** QoS 0 knows no receipts. */
const NONE = "none";
