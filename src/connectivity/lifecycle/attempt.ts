// One attempt to connect, and what comes of it until it is lost or given up.

import type { UserIndicatedError } from "../../ops/user-indicated-errors.ts";
import {
  ConnectFailure,
  type Connector,
  type ConnectorEvents,
  type Successor,
  type Transport,
} from "../connectors/connector.ts";
import type { Connection } from "../model.ts";
import type { Prepared } from "../net/prepare.ts";
import { isAmong } from "../net/user-indicated.ts";

/** Makes the way to where a connection goes, by the schemes of its transport; rejects where there is none. */
export type Prepare = (connection: Connection, schemes: Transport["schemes"]) => Promise<Prepared>;

export interface AttemptParts {
  readonly connection: Connection;
  readonly clientIndex: number;
  readonly isTest: boolean;
  readonly transport: Transport;
  readonly prepare: Prepare;
  readonly events: ConnectorEvents;
}

export interface Attempt {
  /** Connects; rejects with why not, or when it is given up meanwhile, after cleaning up. */
  open(): Promise<Connector>;
  /** Gives everything back, whatever came of it; with a successor as `close` of the connector has it. Never rejects. */
  end(successor?: Successor): Promise<void>;
}

/** Makes an attempt. What the connector tells is passed on until the attempt is ended. */
export function attemptOf(parts: AttemptParts): Attempt {
  const { connection, clientIndex, isTest, events, prepare, transport } = parts;
  let prepared: Prepared | undefined;
  let connector: Connector | undefined;
  let isOver = false;
  const own: ConnectorEvents = {
    received: (source, message) => !isOver && events.received(source, message),
    lost(reason) {
      if (!isOver) events.lost(reason);
    },
    addressStatus(...told) {
      if (!isOver) events.addressStatus(...told);
    },
    throttled: (sourceAddress) => events.throttled(sourceAddress),
    log: (level, text) => events.log(level, text),
  };

  async function cleanUp(successor?: Successor): Promise<void> {
    isOver = true;
    const made = { connector, prepared };
    connector = undefined; // each is closed once
    prepared = undefined;
    await made.connector?.close(successor);
    await made.prepared?.close();
  }

  function goOn(): void {
    if (isOver) throw new Error("The attempt was given up.");
  }

  return {
    async open() {
      try {
        prepared = await prepare(connection, transport.schemes);
        goOn();
        // Only a tunnel can be lost; nothing is hung on to what never comes.
        if (connection.sshTunnel?.enabled) void prepared.lost.then(own.lost);
        const { endpoint, tls } = prepared;
        connector = transport.connector({ connection, clientIndex, isTest, endpoint, tls, events: own });
        await connector.open();
        goOn();
        return connector;
      } catch (error) {
        await cleanUp();
        throw error;
      }
    },
    end: cleanUp,
  };
}

/** Why something failed, for operators, and whether they have to change something, as also `indicated` errors mean. */
export function failureOf(
  error: unknown,
  indicated: readonly UserIndicatedError[] = [],
): { readonly reason: string; readonly isMisconfigured: boolean } {
  const isMisconfigured =
    (error instanceof ConnectFailure && error.isMisconfigured) || isAmong(indicated, error);
  return { reason: error instanceof Error ? error.message : String(error), isMisconfigured };
}
