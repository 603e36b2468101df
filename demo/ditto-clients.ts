// The published Ditto JavaScript client, unchanged, connected to a server.

import {
  type DittoHttpClient,
  DittoNodeClient,
  type DittoWebSocketClient,
  type DittoWebSocketLiveClient,
  type DittoWebSocketTwinClient,
  NodeHttpBasicAuth,
  NodeWebSocketBasicAuth,
  type WebSocketStateHandler,
} from "@eclipse-ditto/ditto-javascript-client-node";

export interface Login {
  readonly name: string;
  readonly password: string;
}

export const quickStart: Login = { name: "ditto", password: "ditto" };

/** A client that asks over HTTP. */
export const httpClient = (url: string, login: Login = quickStart): DittoHttpClient =>
  DittoNodeClient.newHttpClient()
    .withoutTls()
    .withDomain(new URL(url).host)
    .withAuthProvider(NodeHttpBasicAuth.newInstance(login.name, login.password))
    .build();

/**
 * A client on the twin channel of a WebSocket, once it is connected. It sends at once instead of buffering: the
 * client's own buffer lets one command wait for the answers to the others, half a second at a time.
 */
export const twinClient = (url: string, login: Login = quickStart): Promise<DittoWebSocketTwinClient> =>
  connected(url, (onState) => webSocketTo(url, login).twinChannel().withStateHandler(onState).build());

/** The same on the live channel. */
export const liveClient = (url: string, login: Login = quickStart): Promise<DittoWebSocketLiveClient> =>
  connected(url, (onState) => webSocketTo(url, login).liveChannel().withStateHandler(onState).build());

const webSocketTo = (url: string, login: Login) =>
  DittoNodeClient.newWebSocketClient()
    .withoutTls()
    .withDomain(new URL(url).host)
    .withAuthProvider(NodeWebSocketBasicAuth.newInstance(login.name, login.password))
    .withReconnect(false)
    .withoutBuffer();

async function connected<Client>(
  url: string,
  build: (onState: WebSocketStateHandler) => Client,
): Promise<Client> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const client = build({
    connected: () => resolve(),
    disconnected: () => reject(new Error(`no WebSocket at ${url}`)),
    backPressure: () => {},
    bufferFull: () => {},
    buffering: () => {},
    reconnecting: () => {},
  });
  await promise;
  return client;
}

/** What the client rejects nobody's promise with when it is closed. */
export const closedByUs = "Reconnect disabled";

/**
 * Closes a client. Closing makes the client reject a promise that nobody can hold, which would end the process; that
 * one rejection is taken in here.
 */
export async function closeClient(client: DittoWebSocketClient): Promise<void> {
  const others = process.rawListeners("unhandledRejection") as NodeJS.UnhandledRejectionListener[];
  process.removeAllListeners("unhandledRejection");
  const closed = new Promise<void>((resolve) => {
    const impatience = setTimeout(resolve, 500);
    process.on("unhandledRejection", (reason, promise) => {
      if (reason !== closedByUs) {
        for (const listener of others) listener(reason, promise);
        return;
      }
      clearTimeout(impatience);
      resolve();
    });
  });
  client.close();
  await closed;
  process.removeAllListeners("unhandledRejection");
  for (const listener of others) process.on("unhandledRejection", listener);
}
