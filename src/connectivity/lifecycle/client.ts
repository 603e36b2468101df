// One client of a connection: makes attempts as its state says, and hands on what these bring.

import type { Connector, ConnectorEvents, Successor, Transport } from "../connectors/connector.ts";
import type { Receiver } from "../inbound/receiver.ts";
import type { Connection } from "../model.ts";
import type { Monitor } from "../monitoring/monitor.ts";
import { type Exit, exitOf } from "../outbound/outlet.ts";
import { type Attempt, attemptOf, failureOf, type Prepare } from "./attempt.ts";
import {
  beginClient,
  type ClientEffect,
  type ClientEvent,
  type ClientRules,
  type ClientState,
  type ClientStep,
  stepClient,
} from "./client-state.ts";
import type { LinkSettings } from "./settings.ts";
import { type AddressStatus, addressKey, type ClientView } from "./status.ts";
import { throttlingNotes } from "./throttling-notes.ts";
import { within } from "./within.ts";

export interface ClientParts {
  readonly connection: Connection;
  readonly index: number;
  readonly transport: Transport;
  readonly prepare: Prepare;
  readonly settings: LinkSettings;
  readonly monitor: Monitor;
  /** How many messages may wait to be published. */
  readonly queueSize: number;
  /** Makes what takes the client's messages; the function given is called when it takes more again. */
  readonly receiver: (onRoom: () => void) => Receiver;
  /** The broker has accepted the client; what this throws or rejects with is why it cannot be used all the same. */
  readonly onOpen: (exit: Exit) => void | Promise<void>;
  /** It can be used no more, which it could before. */
  readonly onGone: () => void;
}

/** A connected client. */
interface Opened {
  readonly connector: Connector;
  readonly exit: Exit;
}

export class Client {
  readonly #parts: ClientParts;
  readonly #rules: ClientRules;
  readonly #receiver: Receiver;
  readonly #events: ConnectorEvents;
  readonly #addresses = new Map<string, AddressStatus>();
  readonly #first = Promise.withResolvers<void>();
  #state: ClientState;
  #attempt: Attempt | undefined;
  #opened: Opened | undefined;
  /** Too much was in work while the attempt at hand connected, and is not any more. */
  #hasNewRoom = false;
  /** Of the attempt that was given up last. */
  #ending: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** Makes a client, and begins its first attempt. */
  constructor(parts: ClientParts) {
    this.#parts = parts;
    const { failoverEnabled, connectionType } = parts.connection;
    const afterLoss = parts.settings.afterLoss?.[connectionType];
    this.#rules = { ...parts.settings, failoverEnabled, afterLoss };
    this.#receiver = parts.receiver(() => this.#resume());
    this.#events = this.#connectorEvents();
    this.#first.promise.catch(() => undefined); // not everybody waits for it
    const [state, effect] = beginClient(Date.now(), this.#rules);
    this.#state = state;
    this.#perform(effect);
  }

  get view(): ClientView {
    return { state: this.#state, addresses: this.#addresses };
  }

  /** Absent while it is not connected. */
  get exit(): Exit | undefined {
    return this.#opened?.exit;
  }

  /** Resolves once the first attempt has succeeded; rejects with why it has not, or when the client is closed before. */
  get opened(): Promise<void> {
    return this.#first.promise;
  }

  /** Stops receiving, and resolves when what was received is done with, or has had its time, in milliseconds. */
  async drain(ms: number): Promise<void> {
    await within(this.#opened?.connector.drain() ?? Promise.resolve(), ms);
    if (this.#opened) await this.#receiver.idle(ms);
  }

  /** Lets the broker go, as `close` of the connector has it. Never rejects. */
  async close(successor?: Successor): Promise<void> {
    this.#tell({ is: "close" });
    const last = this.#attempt;
    this.#attempt = undefined;
    this.#leave();
    this.#first.reject(new Error("The connection was closed."));
    if (last) this.#end(last, successor);
    await this.#ending;
    this.#receiver.close();
    this.#tell({ is: "closed" });
  }

  #tell(event: ClientEvent): void {
    this.#take(stepClient(this.#state, event, Date.now(), this.#rules));
  }

  #take([state, effect]: ClientStep): void {
    this.#state = state;
    this.#perform(effect);
  }

  #perform(effect: ClientEffect): void {
    clearTimeout(this.#timer);
    if (effect.to === "wait") this.#timer = setTimeout(() => this.#tell({ is: "waited" }), effect.ms);
    else if (effect.to === "connect") this.#connect(effect.timeoutMs);
  }

  #connect(timeoutMs: number): void {
    const { index: clientIndex } = this.#parts;
    const attempt = attemptOf({ ...this.#parts, clientIndex, isTest: false, events: this.#events });
    this.#attempt = attempt;
    this.#hasNewRoom = false;
    this.#timer = setTimeout(() => void this.#giveUp(attempt, { is: "timedOut" }), timeoutMs);
    void this.#try(attempt);
  }

  async #try(attempt: Attempt): Promise<void> {
    try {
      const connector = await attempt.open();
      if (attempt === this.#attempt) await this.#enter(attempt, connector);
    } catch (error) {
      if (attempt === this.#attempt) this.#fail(error);
    }
  }

  #enter(attempt: Attempt, connector: Connector): void | Promise<void> {
    const exit = exitOf(connector, this.#parts.queueSize);
    // What it announces goes out by it, and counts as being open.
    const opening = this.#parts.onOpen(exit);
    if (!(opening instanceof Promise)) return this.#entered(connector, exit);
    return opening.then(() => {
      if (attempt === this.#attempt) this.#entered(connector, exit);
      else this.#parts.onGone();
    });
  }

  #entered(connector: Connector, exit: Exit): void {
    this.#opened = { connector, exit };
    this.#tell({ is: "connected" });
    if (this.#hasNewRoom) connector.resume();
    this.#parts.monitor.connection("success", "The connection is made.");
    this.#first.resolve();
  }

  #fail(error: unknown): void {
    const failure = failureOf(error, this.#parts.settings.userIndicatedErrors);
    this.#parts.monitor.connection("failure", `The connection failed: ${failure.reason}`);
    this.#first.reject(error);
    if (this.#attempt) void this.#giveUp(this.#attempt, { is: "failed", ...failure });
  }

  /** Ends an attempt, and goes on as the event says; not before the end of the old, lest brokers see two of one name. */
  async #giveUp(attempt: Attempt, event: ClientEvent): Promise<void> {
    if (attempt !== this.#attempt) return;
    this.#attempt = undefined;
    clearTimeout(this.#timer);
    if (event.is === "timedOut") this.#first.reject(new Error("Connecting took too long."));
    this.#leave();
    this.#end(attempt);
    await this.#ending;
    this.#tell(event);
  }

  #end(attempt: Attempt, successor?: Successor): void {
    this.#ending = within(attempt.end(successor), this.#parts.settings.disconnectingMaxTimeoutMs);
  }

  #leave(): void {
    const wasOpen = this.#opened !== undefined;
    this.#opened = undefined;
    this.#addresses.clear();
    if (wasOpen) this.#parts.onGone();
  }

  #resume(): void {
    if (this.#opened) this.#opened.connector.resume();
    else this.#hasNewRoom = true;
  }

  #connectorEvents(): ConnectorEvents {
    const { monitor } = this.#parts;
    return {
      received: (source, message) => this.#receiver.received(source, message),
      lost: (reason) => this.#fail(reason),
      addressStatus: (kind, address, status, details) =>
        void this.#addresses.set(addressKey(kind, address), { status, details, since: Date.now() }),
      throttled: throttlingNotes(monitor),
      log: (level, text) => monitor.connection(level, text),
    };
  }
}
