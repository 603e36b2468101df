// One connection while it is to be open: its clients, and what goes in and out by them.

import type { JsonObject } from "../../base/json/json.ts";
import type { AnnouncementBus } from "../../pubsub/announcements.ts";
import type { DeclaredAcks } from "../../pubsub/declared-acks.ts";
import type { Pubsub } from "../../pubsub/pubsub.ts";
import type { IncomingAck } from "../../signals/incoming-ack.ts";
import type { Transport } from "../connectors/connector.ts";
import type { Converse, PeerAcks } from "../inbound/converse.ts";
import { receiverOf } from "../inbound/receiver.ts";
import { usedSources } from "../inbound/source.ts";
import type { Mappings } from "../mapping/mappings.ts";
import type { Connection } from "../model.ts";
import type { Monitor } from "../monitoring/monitor.ts";
import type { ConnectionAnnouncement } from "../outbound/announcements.ts";
import { type DeliveryParts, deliver } from "../outbound/deliver.ts";
import { diversionConfig } from "../outbound/diversion.ts";
import { connectionOutgoing } from "../outbound/outgoing.ts";
import { type Exit, publishBy } from "../outbound/outlet.ts";
import { type Diverted, repliesOf } from "../outbound/replies.ts";
import { issuedLabels, usedTargets } from "../outbound/target.ts";
import { subscribeTargets } from "../outbound/target-subscriptions.ts";
import { failureOf, type Prepare } from "./attempt.ts";
import { type Client, clientOf } from "./client.ts";
import { gone } from "./gone.ts";
import { liveAnswers } from "./live-answers.ts";
import { peersOf } from "./peers.ts";
import { presenceOf } from "./presence.ts";
import type { LinkSettings } from "./settings.ts";
import { statusJson } from "./status.ts";

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
}

export interface Link {
  readonly connection: Connection;
  /** Resolves once all clients have connected for the first time; rejects with why the first of them has not. */
  readonly opened: Promise<void>;
  status(): JsonObject;
  /** Takes an answer that another connection diverts to this one; gives false where it takes none. */
  divert(diverted: Diverted): boolean;
  /** Closes it, after what is in work. Never rejects. */
  close(): Promise<void>;
}

/** Passes an answer on to the connection with this ID; gives false where there is none that takes it. */
export type Divert = (to: string, diverted: Diverted) => boolean;

/** Opens a connection; throws where its configuration cannot be used. */
export function linkOf(connection: Connection, divert: Divert, parts: LinkParts): Link {
  // First of all, so that its logs tell of what fails here.
  const monitor = parts.monitorOf(connection);
  let mappings: Mappings | undefined;
  try {
    mappings = parts.mappingsOf(connection);
    return linkWith({ mappings, monitor }, connection, divert, parts);
  } catch (error) {
    mappings?.close();
    monitor.connection("failure", `The connection cannot be used: ${failureOf(error).reason}`);
    throw error;
  }
}

function linkWith(
  { mappings, monitor }: { readonly mappings: Mappings; readonly monitor: Monitor },
  connection: Connection,
  divert: Divert,
  parts: LinkParts,
): Link {
  const { settings } = parts;
  const transport = parts.transportOf(connection);
  const sources = usedSources(connection);
  const targets = usedTargets(connection, monitor);
  const publish = publishBy(() => clients.flatMap(({ exit }) => exit ?? []));
  const replies = repliesOf({
    connection,
    mappings,
    targets,
    monitor,
    publish,
    divert,
    onFault: parts.onFault,
  });
  const declared = [...new Set(sources.flatMap(({ declaredAcks }) => [...declaredAcks]))];
  const acks = parts.acksOf(declared);
  const end = gone();
  const peers = peersOf({ connection, origin: {}, acks, replies, sources, targets, onGone: end.onGone });
  const onLiveAnswer = liveAnswers(peers.ofTarget, parts);
  const delivery: DeliveryParts = {
    ...parts,
    ...{ mappings, publish, onLiveAnswer },
    issuedMaxBytes: settings.issuedMaxBytes,
  };
  const presence = presenceOf([...declared, ...issuedLabels(targets)], parts.declaredAcks, () =>
    subscribeTargets(targets, {
      ...parts,
      ...delivery,
      connectionId: connection.id,
      origin: peers.origin,
      acks,
    }),
  );
  const announced = targets.filter(({ target }) =>
    target.topics.some(({ topic }) => topic === "_/_/connections/announcements"),
  );
  const receiverParts = {
    ...{ ...parts, connectionId: connection.id, sources, mappings, monitor, limits: settings.inWork },
    ...{ peerOf: peers.ofSource, onAnswer: replies.answer },
  };

  /** Tells the targets that want to know, by this client; resolves when that is published. */
  async function announce(name: ConnectionAnnouncement, exit: Exit): Promise<void> {
    const outgoing = connectionOutgoing(connection.id, name, Date.now());
    const by = { ...delivery, publish: publishBy(() => [exit]) };
    await Promise.all(
      announced.map((target) => {
        target.steps.dispatched.success(outgoing.about);
        target.steps.filtered.success(outgoing.about);
        return deliver(target, outgoing, by);
      }),
    );
  }

  const clients: readonly Client[] = Array.from({ length: connection.clientCount }, (_, index) =>
    clientOf({
      ...{ connection, index, transport, settings, monitor, prepare: parts.prepare },
      queueSize: parts.queueSizeOf(connection),
      receiver: (onRoom) => receiverOf(receiverParts, onRoom),
      onOpen(exit) {
        presence.enter();
        void announce("opened", exit);
      },
      onGone: presence.leave,
    }),
  );
  const opened = Promise.all(clients.map((client) => client.opened)).then(() => undefined);
  opened.catch(() => undefined); // not everybody waits for it

  async function sayGoodbye(): Promise<void> {
    const exits = clients.flatMap(({ exit }) => exit ?? []);
    if (announced.length === 0 || exits.length === 0) return;
    for (const exit of exits) void announce("closed", exit);
    await new Promise((resolve) => setTimeout(resolve, settings.disconnectAnnouncementTimeoutMs));
  }

  return {
    connection,
    opened,
    status: () =>
      statusJson(
        connection,
        clients.map(({ view }) => view),
      ),

    divert(diverted) {
      if (!diversionConfig(connection).isTarget) return false;
      replies.diverted(diverted);
      return true;
    },

    async close() {
      presence.end();
      await Promise.all([sayGoodbye(), ...clients.map((client) => client.drain())]);
      end.go();
      await Promise.all(clients.map((client) => client.close()));
      mappings.close();
      monitor.connection("success", "The connection is closed.");
    },
  };
}
