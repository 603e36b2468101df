// The connections of this server that are to be open. The store says which; here they are opened and closed.

import { TwinError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json/json.ts";
import type { Successor } from "../connectors/connector.ts";
import type { Connection } from "../model.ts";
import { failureOf } from "./attempt.ts";
import { brokenLink } from "./broken-link.ts";
import { connectionFailed } from "./errors.ts";
import { type Link, linkOf } from "./link.ts";
import type { Divert, LinkParts } from "./link-parts.ts";
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

  const divert: Divert = (to, diverted) => open.get(to)?.divert(diverted) ?? false;

  function inTurn(id: string, change: () => Promise<void>): Promise<void> {
    const turn = (turns.get(id) ?? Promise.resolve()).then(change);
    const settled = turn.catch(() => undefined);
    turns.set(id, settled);
    void settled.then(() => {
      if (turns.get(id) === settled) turns.delete(id);
    });
    return turn;
  }

  async function closeOpen(id: string, successor?: Successor): Promise<void> {
    const link = open.get(id);
    if (!link) return;
    await link.close(successor);
    open.delete(id);
  }

  function begin(connection: Connection): void {
    try {
      open.set(connection.id, linkOf(connection, divert, parts));
    } catch (error) {
      open.set(connection.id, brokenLink(connection, error, Date.now()));
      throw error;
    }
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
    status: (id) => open.get(id)?.status(),
    test: (connection) => testLink(connection, parts),

    async stop() {
      isStopped = true;
      await Promise.all(
        [...new Set([...open.keys(), ...turns.keys()])].map((id) => inTurn(id, () => closeOpen(id))),
      );
    },
  };
}
