// The connections of this server that are to be open. The store says which; here they are opened and closed.

import { TwinError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json/json.ts";
import type { Successor } from "../connectors/connector.ts";
import type { Connection } from "../model.ts";
import type { Divert, Diverted } from "../outbound/replies.ts";
import { failureOf } from "./attempt.ts";
import { brokenLink } from "./broken-link.ts";
import { connectionFailed } from "./errors.ts";
import { type Link, linkOf, type PlacedClient } from "./link.ts";
import type { LinkParts } from "./link-parts.ts";
import { statusJson } from "./status.ts";
import { testLink } from "./test-link.ts";

export interface Links {
  /**
   * Opens a connection, in the place of what is open by its ID. Resolves once all its clients are connected; rejects with
   * `connectivity:connection.failed` where the first attempt failed. It is then tried again as its configuration says, so that
   * who does not want to wait need not.
   */
  open(connection: Connection): Promise<void>;
  /** Closes a connection, if it is open, for good or because it is something else now; resolves when it is closed. */
  close(id: string, successor: Successor): Promise<void>;
  /** How it is doing, as the answer of RetrieveConnectionStatus; `undefined` where it is not to be open. */
  status(id: string): JsonObject | undefined;
  /** The clients of it that are here; `undefined` where there is none. */
  views(id: string): readonly PlacedClient[] | undefined;
  /**
   * Of a member of a cluster: opens and closes clients of a connection so that those are here that are to be. `wanted` gives the
   * connection if it is to be open. Resolves when those are closed that leave; never rejects.
   */
  place(id: string, wanted: () => Connection | undefined): Promise<void>;
  /** Takes an answer that another connection diverts to one that is open here. */
  divert(to: string, diverted: Diverted): boolean;
  /** Tries whether a connection could be made; rejects with why not. Changes nothing. */
  test(connection: Connection): Promise<void>;
  /** Closes all of them as they are, to be opened again by the next server; opens no more. */
  stop(): Promise<void>;
}

export function links(parts: LinkParts): Links {
  const open = new Map<string, Link>();
  /** The changes of one connection, one after another. */
  const turns = new Map<string, Promise<void>>();
  let isStopped = false;

  const divertHere: Divert = (to, diverted) => open.get(to)?.divert(diverted) ?? false;
  const divert: Divert = (to, diverted) =>
    divertHere(to, diverted) || (parts.cluster?.sharing.divert(to, diverted) ?? false);

  /** Which of its clients are to be here. */
  function indicesOf({ id, clientCount }: Connection): readonly number[] {
    const { cluster } = parts;
    const all = Array.from({ length: clientCount }, (_, index) => index);
    return cluster ? all.filter((index) => cluster.isHere(id, index)) : all;
  }

  function inTurn(id: string, change: () => Promise<void>): Promise<void> {
    const turn = (turns.get(id) ?? Promise.resolve()).then(change);
    const settled = turn.catch(() => undefined);
    turns.set(id, settled);
    void settled.then(() => {
      if (turns.get(id) === settled) turns.delete(id);
    });
    return turn;
  }

  async function closeOpen(id: string, successor?: Successor, drainMs?: number): Promise<void> {
    const link = open.get(id);
    if (!link) return;
    await link.close(successor, drainMs);
    open.delete(id);
  }

  function begin(connection: Connection): void {
    const indices = indicesOf(connection);
    if (indices.length === 0) return;
    try {
      open.set(connection.id, linkOf(connection, indices, divert, parts));
    } catch (error) {
      open.set(connection.id, brokenLink(connection, indices, error, Date.now()));
      throw error;
    }
  }

  /** What cannot be opened is a link that says so. */
  async function place(id: string, wanted: () => Connection | undefined): Promise<void> {
    const link = open.get(id);
    const connection = link?.connection ?? wanted();
    if (!connection || isStopped) return;
    const indices = indicesOf(connection);
    if (link && indices.length > 0) await link.place(indices);
    else if (link) await closeOpen(id, undefined, parts.cluster?.handOverMs);
    else begin(connection);
  }

  return {
    async open(connection) {
      const { id } = connection;
      let link: Link | undefined;
      try {
        await inTurn(id, async () => {
          await closeOpen(id, connection);
          if (isStopped) return;
          begin(connection);
          link = open.get(id);
        });
        await link?.opened;
      } catch (error) {
        throw error instanceof TwinError ? error : connectionFailed(id, failureOf(error).reason);
      }
    },

    close: (id, successor) => inTurn(id, () => closeOpen(id, successor)),
    status(id) {
      const link = open.get(id);
      return link && statusJson(link.connection, link.views());
    },
    views: (id) => open.get(id)?.views(),
    place: (id, wanted) => inTurn(id, () => place(id, wanted)).catch(() => undefined),
    divert: divertHere,
    test: (connection) => testLink(connection, parts),

    async stop() {
      isStopped = true;
      await Promise.all(
        [...new Set([...open.keys(), ...turns.keys()])].map((id) => inTurn(id, () => closeOpen(id))),
      );
    },
  };
}
