// One connection while it is to be open: its clients, and what goes in and out by them.

import type { Successor, Transport } from "../connectors/connector.ts";
import type { Mappings } from "../mapping/mappings.ts";
import type { Connection } from "../model.ts";
import type { Monitor } from "../monitoring/monitor.ts";
import { diversionConfig } from "../outbound/diversion.ts";
import type { Exit } from "../outbound/outlet.ts";
import type { Divert, Diverted } from "../outbound/replies.ts";
import { ignoredText } from "../validate/ignored.ts";
import { failureOf } from "./attempt.ts";
import { Client } from "./client.ts";
import type { LinkParts } from "./link-parts.ts";
import type { ClientView } from "./status.ts";
import { type Traffic, type TrafficParts, trafficOf } from "./traffic.ts";
import { within } from "./within.ts";

/** One of the clients of a connection, counted from 0. */
export interface PlacedClient extends ClientView {
  readonly index: number;
}

export interface Link {
  readonly connection: Connection;
  /** Resolves once all clients that it began with have connected for the first time; rejects with why the first of them has not. */
  readonly opened: Promise<void>;
  /** How the clients are doing that are here. */
  views(): readonly PlacedClient[];
  /** Has these clients and no others from now on; resolves when those are closed that leave. Never rejects. */
  place(indices: readonly number[]): Promise<void>;
  /** Takes an answer that another connection diverts to this one; gives false where it takes none. */
  divert(diverted: Diverted): boolean;
  /**
   * Closes it, after what is in work, as `close` of the connector has it; `drainMs` is how long that may take, absent: as long as
   * when the server stops. Never rejects.
   */
  close(successor?: Successor, drainMs?: number): Promise<void>;
}

/** Opens these clients of a connection; throws where its configuration cannot be used. */
export function linkOf(
  connection: Connection,
  indices: readonly number[],
  divert: Divert,
  shared: LinkParts,
): Link {
  // First of all, so that its logs tell of what fails here.
  const monitor = shared.monitorOf(connection);
  let mappings: Mappings | undefined;
  try {
    tellIgnored(connection, monitor);
    mappings = shared.mappingsOf(connection);
    return new OpenLink({ connection, monitor, mappings, divert }, indices, shared);
  } catch (error) {
    mappings?.close();
    monitor.connection("failure", `The connection cannot be used: ${failureOf(error).reason}`);
    throw error;
  }
}

/** Options that nobody looks at are most often misspelled. */
function tellIgnored(connection: Connection, monitor: Monitor): void {
  const ignored = ignoredText(connection);
  if (ignored !== undefined) monitor.connection("failure", ignored);
}

class OpenLink implements Link {
  readonly connection: Connection;
  readonly opened: Promise<void>;
  readonly #parts: TrafficParts;
  readonly #shared: LinkParts;
  readonly #transport: Transport;
  readonly #traffic: Traffic;
  /** By their index, in its order. */
  #clients: ReadonlyMap<number, Client>;

  constructor(parts: TrafficParts, indices: readonly number[], shared: LinkParts) {
    this.connection = parts.connection;
    this.#parts = parts;
    this.#shared = shared;
    this.#transport = shared.transportOf(parts.connection);
    this.#clients = new Map();
    this.#traffic = trafficOf(parts, () => this.#exits(), shared);
    this.#clients = new Map(indices.map((index) => [index, this.#newClient(index)]));
    this.opened = Promise.all(this.#all().map((client) => client.opened)).then(() => undefined);
    this.opened.catch(() => undefined); // not everybody waits for it
  }

  views(): readonly PlacedClient[] {
    return [...this.#clients].map(([index, { view }]) => ({ index, ...view }));
  }

  async place(indices: readonly number[]): Promise<void> {
    const before = this.#clients;
    const known = (index: number) => before.get(index) ?? this.#newClient(index);
    const leaving = [...before].filter(([index]) => !indices.includes(index));
    this.#clients = new Map(indices.toSorted((a, b) => a - b).map((index) => [index, known(index)]));
    await Promise.all(leaving.map(([, client]) => this.#moveAway(client)));
  }

  divert(diverted: Diverted): boolean {
    if (!diversionConfig(this.connection).isTarget) return false;
    this.#traffic.replies.diverted(diverted);
    return true;
  }

  async close(successor?: Successor, drainMs = this.#shared.settings.shutdownTimeoutMs): Promise<void> {
    const { presence, announcer, pace, end, left } = this.#traffic;
    presence.end();
    const goodbye = announcer.sayGoodbye(this.#exits());
    await Promise.all([
      goodbye,
      within(left(), drainMs),
      ...this.#all().map((client) => client.drain(drainMs)),
    ]);
    // Before anybody is gone: what waits there is still to go out, and may be answered.
    await within(pace.idle(), drainMs);
    end();
    pace.close();
    await Promise.all(this.#all().map((client) => client.close(successor)));
    this.#parts.mappings.close();
    this.#parts.monitor.connection("success", "The connection is closed.");
  }

  /** What the broker keeps for the client is left to the member where it goes on. */
  async #moveAway(client: Client): Promise<void> {
    const goodbye = this.#traffic.announcer.sayGoodbye(client.exit ? [client.exit] : []);
    await Promise.all([goodbye, client.drain(this.#shared.cluster?.handOverMs ?? 0)]);
    await client.close();
  }

  #all(): readonly Client[] {
    return [...this.#clients.values()];
  }

  #exits(): readonly Exit[] {
    return this.#all().flatMap(({ exit }) => exit ?? []);
  }

  #newClient(index: number): Client {
    const { connection, monitor } = this.#parts;
    const { settings, prepare, queueSizeOf } = this.#shared;
    const { receiver, presence, announcer } = this.#traffic;
    return new Client({
      ...{ connection, index, transport: this.#transport, settings, monitor, prepare, receiver },
      queueSize: queueSizeOf(connection),
      onOpen(exit) {
        const entered = presence.enter();
        if (entered instanceof Promise) return entered.then(() => announcer.opened(exit));
        announcer.opened(exit);
        return undefined;
      },
      onGone: presence.leave,
    });
  }
}
