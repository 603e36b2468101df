// One client of a connection: makes attempts as its state says, and hands on what these bring.

import type { Connector, ConnectorEvents, Transport } from "../connectors/connector.ts";
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
  /** The broker has accepted the client; what this throws is why it cannot be used all the same. */
  readonly onOpen: (exit: Exit) => void;
  /** It can be used no more, which it could before. */
  readonly onGone: () => void;
}

export interface Client {
  readonly view: ClientView;
  /** Absent while it is not connected. */
  readonly exit: Exit | undefined;
  /** Resolves once the first attempt has succeeded; rejects with why it has not, or when the client is closed before. */
  readonly opened: Promise<void>;
  /** Stops receiving, and resolves when what was received is done with, or has had its time. */
  drain(): Promise<void>;
  /** Lets the broker go. Never rejects. */
  close(): Promise<void>;
}

/** Makes a client and its first attempt. */
export function clientOf(parts: ClientParts): Client {
  const { connection, settings, monitor } = parts;
  const rules: ClientRules = { ...settings, failoverEnabled: connection.failoverEnabled };
  const addresses = new Map<string, AddressStatus>();
  const first = Promise.withResolvers<void>();
  first.promise.catch(() => undefined); // not everybody waits for it
  const receiver = parts.receiver(() => {
    if (connector) connector.resume();
    else hasNewRoom = true;
  });
  let attempt: Attempt | undefined;
  let connector: Connector | undefined;
  let exit: Exit | undefined;
  /** Too much was in work while the attempt at hand connected, and is not any more. */
  let hasNewRoom = false;
  /** Of the attempt that was given up last. */
  let ending: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let state: ClientState;

  function take([next, effect]: ClientStep): void {
    state = next;
    perform(effect);
  }
  const tell = (event: ClientEvent): void => take(stepClient(state, event, Date.now(), rules));

  function perform(effect: ClientEffect): void {
    clearTimeout(timer);
    if (effect.to === "wait") timer = setTimeout(() => tell({ is: "waited" }), effect.ms);
    else if (effect.to === "connect") connect(effect.timeoutMs);
  }

  function connect(timeoutMs: number): void {
    const current = attemptOf({ ...parts, clientIndex: parts.index, isTest: false, events });
    attempt = current;
    hasNewRoom = false;
    timer = setTimeout(() => void giveUp(current, { is: "timedOut" }), timeoutMs);
    void tryTo(current);
  }

  async function tryTo(current: Attempt): Promise<void> {
    try {
      const opened = await current.open();
      if (current === attempt) enter(opened);
    } catch (error) {
      if (current === attempt) fail(error);
    }
  }

  function enter(opened: Connector): void {
    const own = exitOf(opened, parts.queueSize);
    // What it announces goes out by it, and counts as being open.
    parts.onOpen(own);
    connector = opened;
    exit = own;
    tell({ is: "connected" });
    if (hasNewRoom) opened.resume();
    monitor.connection("success", "The connection is made.");
    first.resolve();
  }

  function fail(error: unknown): void {
    const failure = failureOf(error);
    monitor.connection("failure", `The connection failed: ${failure.reason}`);
    first.reject(error);
    if (attempt) void giveUp(attempt, { is: "failed", ...failure });
  }

  /** Ends an attempt, and goes on as the event says; not before the end of the old, lest brokers see two of one name. */
  async function giveUp(current: Attempt, event: ClientEvent): Promise<void> {
    if (current !== attempt) return;
    attempt = undefined;
    clearTimeout(timer);
    if (event.is === "timedOut") first.reject(new Error("Connecting took too long."));
    leave();
    ending = within(current.end(), settings.disconnectingMaxTimeoutMs);
    await ending;
    tell(event);
  }

  function leave(): void {
    const wasOpen = connector !== undefined;
    connector = undefined;
    exit = undefined;
    addresses.clear();
    if (wasOpen) parts.onGone();
  }

  const events: ConnectorEvents = {
    received: (source, message) => receiver.received(source, message),
    lost: (reason) => fail(reason),
    addressStatus(kind, address, status, details) {
      addresses.set(addressKey(kind, address), { status, details, since: Date.now() });
    },
    throttled: throttlingNotes(monitor),
    log: (level, text) => monitor.connection(level, text),
  };

  take(beginClient(Date.now(), rules));

  return {
    get view() {
      return { state, addresses };
    },
    get exit() {
      return exit;
    },
    opened: first.promise,

    async drain() {
      const { shutdownTimeoutMs } = settings;
      await within(connector?.drain() ?? Promise.resolve(), shutdownTimeoutMs);
      if (connector) await receiver.idle(shutdownTimeoutMs);
    },

    async close() {
      tell({ is: "close" });
      const last = attempt;
      attempt = undefined;
      leave();
      first.reject(new Error("The connection was closed."));
      if (last) ending = within(last.end(), settings.disconnectingMaxTimeoutMs);
      await ending;
      receiver.close();
      tell({ is: "closed" });
    },
  };
}
