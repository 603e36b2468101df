// One connection while it is to be open: its clients, and what goes in and out by them.

import type { JsonObject } from "../../base/json/json.ts";
import type { Successor, Transport } from "../connectors/connector.ts";
import type { Mappings } from "../mapping/mappings.ts";
import type { Connection } from "../model.ts";
import type { Monitor } from "../monitoring/monitor.ts";
import { diversionConfig } from "../outbound/diversion.ts";
import type { Exit } from "../outbound/outlet.ts";
import type { Diverted } from "../outbound/replies.ts";
import { ignoredText } from "../validate/ignored.ts";
import { failureOf } from "./attempt.ts";
import { Client } from "./client.ts";
import type { Divert, LinkParts } from "./link-parts.ts";
import { statusJson } from "./status.ts";
import { type Traffic, type TrafficParts, trafficOf } from "./traffic.ts";
import { within } from "./within.ts";

export interface Link {
  readonly connection: Connection;
  /** Resolves once all clients have connected for the first time; rejects with why the first of them has not. */
  readonly opened: Promise<void>;
  status(): JsonObject;
  /** Takes an answer that another connection diverts to this one; gives false where it takes none. */
  divert(diverted: Diverted): boolean;
  /** Closes it, after what is in work, as `close` of the connector has it. Never rejects. */
  close(successor?: Successor): Promise<void>;
}

/** Opens a connection; throws where its configuration cannot be used. */
export function linkOf(connection: Connection, divert: Divert, shared: LinkParts): Link {
  // First of all, so that its logs tell of what fails here.
  const monitor = shared.monitorOf(connection);
  let mappings: Mappings | undefined;
  try {
    tellIgnored(connection, monitor);
    mappings = shared.mappingsOf(connection);
    return new OpenLink({ connection, monitor, mappings, divert }, shared);
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
  readonly #traffic: Traffic;
  readonly #clients: readonly Client[];
  readonly #shutdownTimeoutMs: number;

  constructor(parts: TrafficParts, shared: LinkParts) {
    this.connection = parts.connection;
    this.#parts = parts;
    this.#shutdownTimeoutMs = shared.settings.shutdownTimeoutMs;
    const transport = shared.transportOf(parts.connection);
    this.#traffic = trafficOf(parts, () => this.#exits(), shared);
    this.#clients = Array.from({ length: parts.connection.clientCount }, (_, index) =>
      this.#newClient(index, transport, shared),
    );
    this.opened = Promise.all(this.#clients.map((client) => client.opened)).then(() => undefined);
    this.opened.catch(() => undefined); // not everybody waits for it
  }

  status(): JsonObject {
    return statusJson(
      this.connection,
      this.#clients.map(({ view }) => view),
    );
  }

  divert(diverted: Diverted): boolean {
    if (!diversionConfig(this.connection).isTarget) return false;
    this.#traffic.replies.diverted(diverted);
    return true;
  }

  async close(successor?: Successor): Promise<void> {
    const { presence, announcer, pace, end } = this.#traffic;
    presence.end();
    const goodbye = announcer.sayGoodbye(this.#exits());
    await Promise.all([goodbye, ...this.#clients.map((client) => client.drain())]);
    // Before anybody is gone: what waits there is still to go out, and may be answered.
    await within(pace.idle(), this.#shutdownTimeoutMs);
    end();
    pace.close();
    await Promise.all(this.#clients.map((client) => client.close(successor)));
    this.#parts.mappings.close();
    this.#parts.monitor.connection("success", "The connection is closed.");
  }

  #exits(): readonly Exit[] {
    return this.#clients.flatMap(({ exit }) => exit ?? []);
  }

  #newClient(index: number, transport: Transport, { settings, prepare, queueSizeOf }: LinkParts): Client {
    const { connection, monitor } = this.#parts;
    const { receiver, presence, announcer } = this.#traffic;
    return new Client({
      ...{ connection, index, transport, settings, monitor, prepare, receiver },
      queueSize: queueSizeOf(connection),
      onOpen(exit) {
        presence.enter();
        announcer.opened(exit);
      },
      onGone: presence.leave,
    });
  }
}
