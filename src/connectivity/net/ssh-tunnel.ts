// A tunnel through an SSH server to an endpoint that is reached from there only (connectivity-ssh-tunneling page).

import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { pipeline } from "node:stream/promises";
import { Client, type ClientChannel, type ConnectConfig } from "ssh2";
import { ConnectFailure, type Endpoint } from "../connectors/connector.ts";
import type { SshTunnel } from "../model.ts";
import { readUri } from "../uri.ts";
import { reasonOf, unreachable } from "./failures.ts";
import type { Hosts } from "./hosts.ts";
import { openSocket } from "./sockets.ts";
import { clientKeyOf, fingerprintOf, isKnownHost } from "./ssh-keys.ts";

/** Times in milliseconds. */
export interface TunnelSettings {
  /** How often the SSH server is asked whether it is there; 0: never. */
  readonly heartbeatInterval: number;
  /** After how long without traffic a tunnel is closed; 0: never. */
  readonly idleTimeout: number;
  readonly socketKeepAlive: boolean;
}

export interface Tunnel {
  /** On loopback; what connects to it comes out at the target. */
  readonly endpoint: Endpoint;
  /** Why the tunnel is lost, once it is; stays pending where it is closed from here. */
  readonly lost: Promise<Error>;
  /** Never rejects. */
  close(): Promise<void>;
}

const LOOPBACK = "127.0.0.1";
const CONNECT_WITHIN_MS = 20_000;
/** Heartbeats without an answer, after which the server is taken to be gone. */
const MISSED_HEARTBEATS = 3;

/** Opens a tunnel to the target. Rejects with a {@link ConnectFailure} or a refusal of the key, leaving nothing behind. */
export async function openTunnel(
  tunnel: SshTunnel,
  target: Endpoint,
  hosts: Hosts,
  settings: TunnelSettings,
): Promise<Tunnel> {
  const proof = proofOf(tunnel.credentials);
  const client = new Client();
  let sock: Socket | undefined;
  try {
    sock = await openSocket(hosts, endpointOf(tunnel), CONNECT_WITHIN_MS);
    sock.setKeepAlive(settings.socketKeepAlive);
    if (settings.idleTimeout > 0) {
      const idle = new Error("it was idle for too long");
      sock.setTimeout(settings.idleTimeout, () => sock?.destroy(idle));
    }
    await authenticate(client, tunnel, {
      ...proof,
      sock,
      keepaliveInterval: settings.heartbeatInterval,
      keepaliveCountMax: MISSED_HEARTBEATS,
      readyTimeout: CONNECT_WITHIN_MS,
    });
    return await Forwarding.open(client, target);
  } catch (error) {
    client.on("error", () => undefined).destroy();
    sock?.destroy();
    throw tunnelFailure(error);
  }
}

function endpointOf({ uri }: SshTunnel): Endpoint {
  const { host, port } = readUri(uri, "/sshTunnel/uri");
  return { host, port };
}

const proofOf = (credentials: SshTunnel["credentials"]): ConnectConfig => ({
  username: credentials.username,
  ...(credentials.type === "plain"
    ? { password: credentials.password, authHandler: ["password"] }
    : { privateKey: clientKeyOf(credentials), authHandler: ["publickey"] }),
});

/** Resolves when the server has accepted the client, and been accepted. */
async function authenticate(
  client: Client,
  { validateHost, knownHosts }: SshTunnel,
  config: ConnectConfig,
): Promise<void> {
  let unknown: string | undefined;
  const ready = once(client, "ready");
  const closed = once(client, "close").then(() => {
    throw new Error("it has closed the connection");
  });
  const hostVerifier = (key: Buffer) => {
    if (!validateHost || isKnownHost(key, knownHosts)) return true;
    unknown = fingerprintOf(key);
    return false;
  };
  client.connect({ ...config, hostVerifier });
  try {
    await Promise.race([ready, closed]);
  } catch (error) {
    if (unknown === undefined) throw error;
    const text = `The key of the SSH server is not among the known hosts: ${unknown}.`;
    throw new ConnectFailure(text, true, error);
  }
}

function tunnelFailure(error: unknown): ConnectFailure {
  const { level } = error as { level?: string };
  if (level === "client-authentication")
    return new ConnectFailure("The SSH server does not accept the credentials of the tunnel.", true, error);
  return unreachable("The SSH server", error);
}

/** Listens on loopback, and brings what comes through the session of a client to the target. */
class Forwarding implements Tunnel {
  readonly #client: Client;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #lost = Promise.withResolvers<Error>();
  #port = 0;
  #isOpen = true;
  #reason = "it was closed by the server";

  static async open(client: Client, target: Endpoint): Promise<Tunnel> {
    const forwarding = new Forwarding(client, target);
    await once(forwarding.#server.listen(0, LOOPBACK), "listening");
    forwarding.#port = (forwarding.#server.address() as AddressInfo).port;
    return forwarding;
  }

  constructor(client: Client, target: Endpoint) {
    this.#client = client;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      this.#sockets.add(socket.on("close", () => this.#sockets.delete(socket)));
      connectThrough(client, target, socket);
    });
    // What cannot be accepted (no more files can be open) is noticed at the near end.
    this.#server.on("error", () => undefined);
    client.on("error", (error) => {
      this.#reason = reasonOf(error);
    });
    client.on("close", () => {
      if (!this.#isOpen) return;
      this.#shut();
      this.#lost.resolve(new Error(`The SSH tunnel is lost: ${this.#reason}.`));
    });
  }

  get endpoint(): Endpoint {
    return { host: LOOPBACK, port: this.#port };
  }

  get lost(): Promise<Error> {
    return this.#lost.promise;
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#shut();
    const closed = new Promise<void>((resolve) => {
      this.#client.once("close", () => resolve());
    });
    this.#client.destroy();
    await closed;
  }

  #shut(): void {
    this.#isOpen = false;
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

function connectThrough(client: Client, target: Endpoint, socket: Socket): void {
  // Whoever is at the near end notices by itself.
  socket.on("error", () => undefined);
  try {
    client.forwardOut(LOOPBACK, socket.remotePort ?? 0, target.host, target.port, (error, channel) => {
      if (error) socket.destroy();
      else join(socket, channel);
    });
  } catch {
    socket.destroy(); // the session has just ended
  }
}

/** Whichever side ends or breaks takes the other along. */
function join(socket: Socket, channel: ClientChannel): void {
  const done = () => {
    socket.destroy();
    channel.destroy();
  };
  Promise.all([pipeline(socket, channel), pipeline(channel, socket)]).then(done, done);
}
