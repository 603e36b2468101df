// One connection to one server: made at the first that takes it, never made again, and watched until it is lost.

import { isIP } from "node:net";
import {
  connect,
  errors,
  type NatsConnection,
  type NodeConnectionOptions,
  type PermissionViolationError,
} from "@nats-io/transport-node";
import type { Hosts } from "../../net/hosts.ts";
import { socketOptions, type TlsOptions } from "../../net/tls.ts";
import type { ConnectorParts, Endpoint } from "../connector.ts";
import { identityOf } from "./credentials.ts";
import { connectFailure, lossOf } from "./failures.ts";
import type { NatsOptions } from "./options.ts";

const CONNECT_WITHIN_MS = 10_000;
const MAX_PINGS_OUT = 2;

export interface LinkEvents {
  /** The server does not allow a publication or a subscription. */
  violation(violation: PermissionViolationError): void;
  /** Something the server has to say. */
  notice(text: string): void;
  /** At most once, and not when it was closed from here. */
  lost(reason: Error): void;
}

/** What a link is made with. */
export interface LinkParts extends Pick<ConnectorParts, "connection" | "clientIndex" | "endpoint" | "tls"> {
  readonly options: NatsOptions;
  /** In milliseconds. */
  readonly pingInterval: number;
  /** Judges the servers that the options name. */
  readonly hosts: Pick<Hosts, "restricts" | "resolve">;
}

/** Resolves once a server has accepted the client; rejects with a {@link ConnectFailure} of the last one tried. */
export async function openLink(parts: LinkParts): Promise<NatsConnection> {
  const { endpoint, tls, options, hosts } = parts;
  const common = commonOptions(parts);
  let failure: unknown;
  for (const server of [endpoint, ...options.servers]) {
    try {
      const way = server === endpoint ? reach(endpoint, tls) : await checkedWay(server, tls, hosts);
      return await connect({ ...common, ...way });
    } catch (error) {
      failure = error;
    }
  }
  throw connectFailure(failure);
}

const commonOptions = ({
  connection,
  clientIndex,
  options,
  pingInterval,
}: LinkParts): NodeConnectionOptions => ({
  ...identityOf(connection, options),
  name: `pollux ${connection.id} ${clientIndex}`,
  inboxPrefix: options.inboxPrefix,
  reconnect: false,
  // What servers tell of their neighbours is not what the operator has allowed.
  ignoreClusterUpdates: true,
  timeout: CONNECT_WITHIN_MS,
  pingInterval,
  maxPingOut: MAX_PINGS_OUT,
  noAsyncTraces: true,
});

/** The endpoint was checked before, and may be behind a tunnel under another name; the others are who they say. */
async function checkedWay(
  { host, port }: Endpoint,
  tls: TlsOptions | undefined,
  hosts: LinkParts["hosts"],
): Promise<NodeConnectionOptions> {
  const [first] = hosts.restricts(host) ? await hosts.resolve(host) : [];
  return reach({ host: first?.address ?? host, port }, tls && { ...tls, servername: host });
}

/** Without TLS `null` keeps the library from trying it wherever a server offers it. */
function reach({ host, port }: Endpoint, tls: TlsOptions | undefined): NodeConnectionOptions {
  const servers = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
  const forNode: object | null = tls === undefined ? null : socketOptions(tls);
  return { servers, tls: forNode };
}

/** Tells what becomes of a connection; gives a function that ends that. */
export function watchLink(link: NatsConnection, events: LinkEvents): () => void {
  let isWatching = true;
  const lose = (reason: Error) => {
    if (isWatching) events.lost(reason);
    isWatching = false;
  };
  void link.closed().then((error) => lose(lossOf(error ?? undefined)));
  void readStatus(link, events, lose);
  return () => {
    isWatching = false;
  };
}

async function readStatus(
  link: NatsConnection,
  events: LinkEvents,
  lose: (reason: Error) => void,
): Promise<void> {
  for await (const status of link.status()) {
    // The library would wait for its last bytes to be taken, by a server that takes none.
    if (status.type === "staleConnection") lose(new Error("The server does not answer any more."));
    else if (status.type === "ldm") events.notice("The server is about to shut down.");
    else if (status.type !== "error") continue;
    else if (status.error instanceof errors.PermissionViolationError) events.violation(status.error);
    else events.notice(`The server reports: ${status.error.message}.`);
  }
}
