// A client of HTTP push, opened as the runtime would open it.

import type {
  Connector,
  ConnectorEvents,
  Publication,
} from "../../../src/connectivity/connectors/connector.ts";
import type { HttpPushSettings } from "../../../src/connectivity/connectors/http-push/settings.ts";
import { httpPushTransport } from "../../../src/connectivity/connectors/http-push/transport.ts";
import {
  bytesPayload,
  type ExternalHeaders,
  textPayload,
} from "../../../src/connectivity/external-message.ts";
import type { Connection } from "../../../src/connectivity/model.ts";
import type { Hosts } from "../../../src/connectivity/net/hosts.ts";
import { prepare } from "../../../src/connectivity/net/prepare.ts";
import { anyHost, connectionTo, tunnelSettings } from "../net/connections.ts";

export const httpPushSettings: HttpPushSettings = {
  maxQueueSize: 1000,
  requestTimeout: 5_000,
  omitRequestBody: ["GET", "DELETE"],
  proxy: undefined,
  maxClockSkew: 60_000,
  enforceHttps: false,
  maxAnswerBytes: 100_000,
};

export interface Pusher extends AsyncDisposable {
  readonly connector: Connector;
  readonly lost: readonly Error[];
}

export interface PusherOptions {
  readonly connection?: Partial<Connection>;
  readonly settings?: Partial<HttpPushSettings>;
  readonly hosts?: Hosts;
  readonly isTest?: boolean;
}

/** Opens a client; rejects where it cannot be opened. */
export async function openPusher(uri: string, options: PusherOptions = {}): Promise<Pusher> {
  const { hosts = anyHost, isTest = false } = options;
  const connection = connectionTo(uri, options.connection);
  const transport = httpPushTransport({ ...httpPushSettings, ...options.settings }, hosts);
  const { endpoint, tls, close } = await prepare(connection, transport.schemes, {
    hosts,
    tunnel: tunnelSettings,
  });
  const lost: Error[] = [];
  const events: ConnectorEvents = {
    received: () => true,
    lost: (reason) => lost.push(reason),
    addressStatus: () => undefined,
    throttled: () => undefined,
    log: () => undefined,
  };
  const connector = transport.connector({ connection, clientIndex: 0, isTest, endpoint, tls, events });
  const end = async () => {
    await connector.close();
    await close();
  };
  try {
    await connector.open();
  } catch (error) {
    await end();
    throw error;
  }
  return { connector, lost, [Symbol.asyncDispose]: end };
}

export const publication = (
  address: string,
  payload?: string | Buffer,
  headers: ExternalHeaders = {},
  more: Partial<Publication> = {},
): Publication => ({
  address,
  qos: undefined,
  message: {
    headers,
    payload:
      payload === undefined
        ? undefined
        : typeof payload === "string"
          ? textPayload(payload)
          : bytesPayload(payload),
  },
  ...more,
});
