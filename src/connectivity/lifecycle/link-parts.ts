import type { AnnouncementBus } from "../../pubsub/announcements.ts";
import type { DeclaredAcks } from "../../pubsub/declared-acks.ts";
import type { Pubsub } from "../../pubsub/pubsub.ts";
import type { IncomingAck } from "../../signals/incoming-ack.ts";
import type { Transport } from "../connectors/connector.ts";
import type { Converse, PeerAcks } from "../inbound/converse.ts";
import type { Mappings } from "../mapping/mappings.ts";
import type { Connection } from "../model.ts";
import type { Monitor } from "../monitoring/monitor.ts";
import type { Prepare } from "./attempt.ts";
import type { LinkSettings } from "./settings.ts";
import type { Sharing } from "./sharing.ts";

/** What all connections share. */
export interface LinkParts {
  readonly settings: LinkSettings;
  /** The transport of a connection; throws where there is none for its type. */
  readonly transportOf: (connection: Connection) => Transport;
  readonly prepare: Prepare;
  /** Makes the mappers of a connection; throws as their engines do. */
  readonly mappingsOf: (connection: Connection) => Mappings;
  readonly monitorOf: (connection: Connection) => Monitor;
  /** How many messages of one client may wait to be published. */
  readonly queueSizeOf: (connection: Connection) => number;
  readonly converse: Converse;
  /** Makes what a connection knows of acknowledgements, with the labels that its sources declare. */
  readonly acksOf: (declared: readonly string[]) => PeerAcks;
  readonly pubsub: Pubsub;
  readonly announcements: AnnouncementBus;
  readonly declaredAcks: DeclaredAcks;
  /** Takes the acknowledgements that targets issue. */
  readonly onAck: (ack: IncomingAck) => void;
  readonly weakAck: (id: string, correlationId: string, label: string) => void;
  readonly onFault: (error: unknown, correlationId: string) => void;
  /** Of a member of a cluster; absent, all clients of connections are here. */
  readonly cluster?: LinksInCluster | undefined;
}

/** What a member knows of the clients that others have of the same connections. */
export interface LinksInCluster {
  /** Whether a client is to be here, and may be. */
  isHere(connectionId: string, index: number): boolean;
  readonly sharing: Sharing;
  /** Milliseconds that clients have to finish what is in work before they leave for another member. */
  readonly handOverMs: number;
}
