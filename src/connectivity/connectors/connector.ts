// The seam between connections and transports: each transport fills in the same form.

import type { ExternalMessage } from "../external-message.ts";
import type { Connection, ConnectionType } from "../model.ts";
import type { TlsOptions } from "../net/tls.ts";

/** What is to become of a message at the broker. */
export type Settlement =
  /** It is done with. */
  | "accept"
  /** It failed and would fail again. */
  | "reject"
  /** It failed and is to come again, where the transport can do that. */
  | "redeliver";

export interface ReceivedMessage extends ExternalMessage {
  /** The topic, queue or subject that it was sent to. */
  readonly address: string;
  /** Whether the message was received for the address of the source that it is counted by. */
  readonly sourceAddress: string;
  /** Settles it at the broker; to be called exactly once, at any time and in any order. Must not throw. */
  settle(settlement: Settlement): void;
}

/** What a client of a broker tells of itself; none of these may throw. */
export interface ConnectorEvents {
  /**
   * Takes a message of the source with this index. When it gives false, too much is in work: the connector takes no more from the
   * broker, but for what is on its way, until `resume` of the connector is called.
   */
  received(source: number, message: ReceivedMessage): boolean;
  /** The connection is lost, or of no use any more; nothing is received or published after that. At most once, and only after `open`. */
  lost(reason: Error): void;
  /** How an address of a source or target is doing. */
  addressStatus(
    kind: "source" | "target",
    address: string,
    status: "open" | "closed" | "failed" | "unknown",
    details: string,
  ): void;
  /** Messages of a source address wait, since more came than throttling allows; at most once for each of its intervals. */
  throttled(sourceAddress: string): void;
  /** Notes something for the operator in the logs of the connection. */
  log(level: "success" | "failure", text: string): void;
}

export interface ConnectorParts {
  /** With its secrets in clear. */
  readonly connection: Connection;
  /** Which of the clients of the connection this is, from 0. */
  readonly clientIndex: number;
  /** Whether it is only made to see if it can be. */
  readonly isTest: boolean;
  /** Where to connect to: through the SSH tunnel if there is one. */
  readonly endpoint: Endpoint;
  /** Absent where the connection is in clear. */
  readonly tls: TlsOptions | undefined;
  readonly events: ConnectorEvents;
}

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** A message on its way out. */
export interface Publication {
  /** With its placeholders resolved. */
  readonly address: string;
  /** Of the target; absent where it has none. */
  readonly qos: number | undefined;
  readonly message: ExternalMessage;
  /** What is about one thing has the same, and keeps its order also where a transport sends several messages at once. */
  readonly orderKey?: string;
}

/** That a message has arrived, as far as the transport can tell. */
export interface Published {
  /** As of HTTP; 204 where the transport has none of its own. */
  readonly status: number;
  /** What was answered, where the transport has answers. */
  readonly answer?: ExternalMessage;
}

/** What comes after a connection whose clients are closed: itself as it is from now on, or nothing, since it is deleted. */
export type Successor = Connection | "none";

/** One client of a broker. */
export interface Connector {
  /** Connects, and receives from all sources afterwards. Rejects with a {@link ConnectFailure} or another error, after cleaning up. */
  open(): Promise<void>;
  /** Takes more messages again. */
  resume(): void;
  /**
   * Publishes, in the order of the calls for one address. Resolves when the broker has taken the message as its quality of service
   * demands; rejects where it has not, with an error whose message can be shown to operators.
   */
  publish(publication: Publication): Promise<Published>;
  /** Stops receiving, so that what was received can be settled before `close`. */
  drain(): Promise<void>;
  /**
   * Gives everything back; what is not published by then is rejected. What the broker keeps for the client (subscriptions, messages)
   * is left to a later one of the same connection; with a successor, a client that is connected takes back what that has no use for.
   * Also after `lost`. Never rejects.
   */
  close(successor?: Successor): Promise<void>;
}

/** One transport. */
export interface Transport {
  readonly types: readonly ConnectionType[];
  /** Schemes of its URIs, with whether they are over TLS and their default port. */
  readonly schemes: Readonly<Record<string, { readonly isSecure: boolean; readonly port: number }>>;
  /** Refuses a connection that it cannot serve with `connectivity:connection.configuration.invalid`, naming the field. */
  validate(connection: Connection): void;
  connector(parts: ConnectorParts): Connector;
}

/** Why a connection could not be made. */
export class ConnectFailure extends Error {
  /** Whether the operator has to change something (wrong credentials, an unknown host), as far as that can be told. */
  readonly isMisconfigured: boolean;

  constructor(message: string, isMisconfigured: boolean, cause?: unknown) {
    super(message, { cause });
    this.name = "ConnectFailure";
    this.isMisconfigured = isMisconfigured;
  }
}
