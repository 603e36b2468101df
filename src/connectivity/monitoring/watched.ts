// What is noted of one connection: its counters, its logs, and how often each step was taken since the server runs.

import type { JsonObject } from "../../base/json/json.ts";
import { addressesOf, type Connection } from "../model.ts";
import { maskSecrets } from "../secrets/mask.ts";
import { ConnectionLogs, type Log, type LogPlace, type LogSettings } from "./logs.ts";
import { metricsJson } from "./metrics-json.ts";
import type { About, Monitor, Step } from "./monitor.ts";
import { publishedMonitor } from "./published.ts";
import type { LogPublisher } from "./publishing/log-publisher.ts";
import {
  type AddressCounters,
  counterOf,
  type Direction,
  newAddressCounters,
  type Outcome,
  type StepCounters,
  type StepName,
} from "./steps.ts";

/** What replies are noted under, as in Ditto. */
const RESPONSES = "_responses";

/** How often a step was taken since the server runs, whatever the address. */
export interface Tally extends Record<Outcome, number> {
  readonly direction: Direction;
  readonly step: StepName;
}

export class WatchedConnection {
  readonly logs: ConnectionLogs;
  readonly tallies = new Map<string, Tally>();
  readonly #publisher: LogPublisher | undefined;
  #connection: Connection;
  #mask: (text: string) => string;
  #counters = { inbound: new Map<string, AddressCounters>(), outbound: new Map<string, AddressCounters>() };

  constructor(connection: Connection, settings: LogSettings, publisher?: LogPublisher) {
    this.logs = new ConnectionLogs(settings);
    this.#publisher = publisher;
    this.#connection = connection;
    this.#mask = maskSecrets(connection);
  }

  get connection(): Connection {
    return this.#connection;
  }

  /** Begins to note what happens by a connection that is opened: its logs begin anew, its counters go on. */
  begin(connection: Connection, now: number): Monitor {
    this.#connection = connection;
    this.#mask = maskSecrets(connection);
    this.#counters = {
      inbound: this.#countersOf(
        "inbound",
        connection.sources.flatMap((source) => addressesOf(connection, source)),
      ),
      outbound: this.#countersOf("outbound", [
        ...connection.targets.map(({ address }) => address),
        RESPONSES,
      ]),
    };
    this.logs.clear();
    this.logs.enable(now);
    const monitor = this.#monitor();
    const own = { id: connection.id, mask: this.#mask };
    return this.#publisher ? publishedMonitor(monitor, own, RESPONSES, this.#publisher) : monitor;
  }

  metrics(now: number): JsonObject {
    return metricsJson(this.#connection.id, this.#counters, now);
  }

  resetMetrics(): void {
    for (const ofDirection of Object.values(this.#counters))
      for (const ofAddress of ofDirection.values())
        for (const { success, failure } of Object.values(ofAddress)) {
          success?.reset();
          failure?.reset();
        }
  }

  /** Ditto's JSON of the logs, without secrets. */
  logsJson(now: number): JsonObject {
    return this.logs.json(this.#connection.id, this.#mask, now);
  }

  /** Those that there are, or new ones. */
  #countersOf(direction: Direction, addresses: readonly string[]): Map<string, AddressCounters> {
    const before = this.#counters[direction];
    return new Map(
      addresses.map((address) => [address, before.get(address) ?? newAddressCounters(direction)]),
    );
  }

  #monitor(): Monitor {
    const own = this.logs.at({ category: "connection", step: "other" });
    return {
      source: (address, step) => this.#step("inbound", { category: "source", step, address }),
      target: (address, step) => this.#step("outbound", { category: "target", step, address }),
      response: (step) => this.#step("outbound", { category: "response", step, address: RESPONSES }),
      connection: (level, text, about) => {
        const now = Date.now();
        if (now < this.logs.until) own.note(level, now, about, text);
      },
    };
  }

  #step(direction: Direction, place: LogPlace & { readonly address: string }): Step {
    const { step, address } = place;
    const tally = this.#tally(direction, step);
    const counters = this.#counters[direction].get(address)?.[step];
    // What is at no address of the connection is counted, and not told: nobody could choose it.
    if (!counters) return new NotedStep(step, {}, tally, this.logs, nowhere);
    return new NotedStep(step, counters, tally, this.logs, this.logs.at(place));
  }

  #tally(direction: Direction, step: StepName): Tally {
    const key = `${direction} ${step}`;
    const known = this.tallies.get(key);
    if (known) return known;
    const tally: Tally = { direction, step, success: 0, failure: 0 };
    this.tallies.set(key, tally);
    return tally;
  }
}

const nowhere: Log = { note: () => undefined };

class NotedStep implements Step {
  readonly #name: StepName;
  readonly #counters: StepCounters;
  readonly #tally: Tally;
  readonly #logs: ConnectionLogs;
  readonly #log: Log;

  constructor(name: StepName, counters: StepCounters, tally: Tally, logs: ConnectionLogs, log: Log) {
    this.#name = name;
    this.#counters = counters;
    this.#tally = tally;
    this.#logs = logs;
    this.#log = log;
  }

  success(about?: About, text?: () => string): void {
    const now = Date.now();
    this.#tally.success++;
    this.#counters.success ??= counterOf(this.#name);
    this.#counters.success.add(now);
    if (now < this.#logs.until) this.#log.note("success", now, about, text?.());
  }

  failure(about: About | undefined, text: () => string): void {
    const now = Date.now();
    this.#tally.failure++;
    this.#counters.failure ??= counterOf(this.#name);
    this.#counters.failure.add(now);
    if (now < this.#logs.until) this.#log.note("failure", now, about, text());
  }
}
