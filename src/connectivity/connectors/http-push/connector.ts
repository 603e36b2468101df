// One client that pushes to an HTTP endpoint.
//
// new → open → closed. A request that does not come through makes the whole client lost, as in Ditto; what the endpoint answers does not.

import { TwinError } from "../../../base/errors.ts";
import { reasonOf, unreachable } from "../../net/failures.ts";
import { anyHosts, type Hosts } from "../../net/hosts.ts";
import { sendingFailed } from "../../outbound/errors.ts";
import { partsOf } from "../../uri.ts";
import {
  ConnectFailure,
  type Connector,
  type ConnectorParts,
  type Publication,
  type Published,
} from "../connector.ts";
import { resolvedAddress } from "./address.ts";
import { authorityOf, dial, type Way } from "./dial.ts";
import { Exchange } from "./exchange.ts";
import { Lanes } from "./lanes.ts";
import { type Proof, proofOf } from "./proof.ts";
import { BadAnswer } from "./reading.ts";
import { BadRequest, type HttpRequest, requestOf } from "./request.ts";
import type { HttpPushSettings } from "./settings.ts";
import { configOf, type HttpPushConfig } from "./specific-config.ts";

export class HttpPushConnector implements Connector {
  readonly #parts: ConnectorParts;
  readonly #settings: HttpPushSettings;
  readonly #config: HttpPushConfig;
  readonly #basePath: string;
  /** As in the header. */
  readonly #host: string;
  readonly #way: Way;
  readonly #exchange: Exchange;
  readonly #proof: Proof;
  readonly #lanes: Lanes;
  #state: "new" | "open" | "closed" = "new";

  constructor(parts: ConnectorParts, hosts: Hosts, settings: HttpPushSettings) {
    const { connection, tls } = parts;
    const { host, port, path } = partsOf(connection.uri);
    const origin = `${tls ? "https" : "http"}://${authorityOf({ host, port })}`;
    this.#parts = parts;
    this.#settings = settings;
    this.#config = configOf(connection, settings);
    this.#basePath = path;
    this.#host = new URL(origin).host;
    this.#way = wayOf(parts, hosts, settings);
    this.#exchange = new Exchange(origin, this.#way, this.#config.parallelism, this.#config.timeout);
    this.#proof = proofOf(connection, hosts, settings);
    this.#lanes = new Lanes(this.#config.parallelism, settings.maxQueueSize);
  }

  /** Sees whether the endpoint is there and is trusted; a test wants a token as well, where requests need one. */
  async open(): Promise<void> {
    try {
      const socket = await dial(this.#way);
      socket.destroy();
      if (this.#parts.isTest) await this.#proof.test();
      if (this.#state === "closed")
        throw new ConnectFailure("The connection was closed while it was made.", false);
      this.#state = "open";
    } catch (error) {
      await this.#end(error as Error);
      throw unreachable("The endpoint", error);
    }
  }

  resume(): void {
    // Nothing is received over HTTP push.
  }

  publish(publication: Publication): Promise<Published> {
    if (this.#state !== "open") return Promise.reject(sendingFailed("The connection is not open."));
    return this.#lanes.run(publication.orderKey, () => this.#send(publication), tooMany);
  }

  async drain(): Promise<void> {
    await this.#lanes.idle();
  }

  async close(): Promise<void> {
    await this.#end(new Error("The connection was closed."));
  }

  async #send(publication: Publication): Promise<Published> {
    try {
      return await this.#exchange.send(await this.#proven(publication), this.#settings.maxAnswerBytes);
    } catch (error) {
      if (this.#state === "closed") throw sendingFailed("The connection was closed meanwhile.");
      if (error instanceof BadAnswer || error instanceof BadRequest || error instanceof TwinError)
        throw error;
      const failure = unreachable("The endpoint", error);
      void this.#end(failure);
      this.#parts.events.lost(failure);
      throw failure;
    }
  }

  async #proven(publication: Publication): Promise<HttpRequest> {
    const address = resolvedAddress(publication.address);
    const withBody = !this.#config.omitRequestBody.has(address.method);
    const request = requestOf(address, publication, this.#basePath, withBody);
    const host = request.headers.host ?? this.#host;
    const proof = await this.#proof.headersFor({ ...request, host });
    return { ...request, headers: { ...request.headers, host, ...proof } };
  }

  async #end(reason: Error): Promise<void> {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#lanes.drop(sendingFailed(reasonOf(reason)));
    await Promise.all([this.#exchange.close(reason), this.#proof.close(reason)]);
  }
}

const tooMany = () =>
  sendingFailed(
    "Too many messages wait for their request: the endpoint is too slow, or clientCount and parallelism are too low.",
  );

/** The near end of a tunnel is loopback; a name is followed where it moves, with a check for each socket. */
function wayOf(
  { connection, endpoint, tls }: ConnectorParts,
  hosts: Hosts,
  { proxy }: HttpPushSettings,
): Way {
  if (connection.sshTunnel?.enabled) return { endpoint, hosts: anyHosts, tls, proxy: undefined };
  const { host, port } = partsOf(connection.uri);
  return { endpoint: { host, port }, hosts, tls, proxy };
}
