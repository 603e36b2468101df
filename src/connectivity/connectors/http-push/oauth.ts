// Access tokens of OAuth 2 (RFC 6749, 4.3 and 4.4), asked for when they are needed and kept until shortly before their end.

import { isIP } from "node:net";
import { rootCertificates } from "node:tls";
import { decodeJwt } from "jose";
import { getKey, isObject, type JsonObject } from "../../../base/json/json.ts";
import { parseJson } from "../../../base/json/parse.ts";
import type { Connection, OAuthClientCredentials, OAuthPassword } from "../../model.ts";
import { reasonOf } from "../../net/failures.ts";
import type { Hosts } from "../../net/hosts.ts";
import { ConnectFailure, type Published } from "../connector.ts";
import { encodeAll } from "./address.ts";
import type { Way } from "./dial.ts";
import { Exchange } from "./exchange.ts";
import type { HttpPushSettings } from "./settings.ts";

type OAuthCredentials = OAuthClientCredentials | OAuthPassword;

interface Token {
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly freshUntil: number;
}

const MAX_ANSWER_BYTES = 100_000;
const FORM = "application/x-www-form-urlencoded";

export class Tokens {
  readonly #credentials: OAuthCredentials;
  readonly #exchange: Exchange;
  readonly #maxClockSkew: number;
  readonly #now: () => number;
  #token: Token | undefined;
  #asked: Promise<Token> | undefined;

  constructor(
    credentials: OAuthCredentials,
    connection: Pick<Connection, "ca">,
    hosts: Hosts,
    settings: Pick<HttpPushSettings, "maxClockSkew" | "requestTimeout">,
    now: () => number = Date.now,
  ) {
    this.#credentials = credentials;
    this.#maxClockSkew = settings.maxClockSkew;
    this.#now = now;
    const { origin } = new URL(credentials.tokenEndpoint);
    const way = wayTo(credentials.tokenEndpoint, connection, hosts);
    this.#exchange = new Exchange(origin, way, 1, settings.requestTimeout);
  }

  /** A token that is fresh; all who ask while one is awaited get the same. Rejects with a {@link ConnectFailure}. */
  async fresh(): Promise<string> {
    if (this.#token && this.#now() < this.#token.freshUntil) return this.#token.text;
    this.#asked ??= this.#ask().finally(() => {
      this.#asked = undefined;
    });
    this.#token = await this.#asked;
    return this.#token.text;
  }

  close(reason: Error): Promise<void> {
    return this.#exchange.close(reason);
  }

  async #ask(): Promise<Token> {
    const { pathname, search } = new URL(this.#credentials.tokenEndpoint);
    const answer = await this.#exchange
      .send(
        {
          method: "POST",
          path: `${pathname}${search}`,
          headers: { accept: "application/json", "content-type": FORM },
          body: Buffer.from(formOf(this.#credentials)),
        },
        MAX_ANSWER_BYTES,
      )
      .catch((error) => {
        throw new ConnectFailure(`The token endpoint cannot be reached: ${reasonOf(error)}.`, true, error);
      });
    return this.#tokenOf(answer);
  }

  #tokenOf({ status, answer }: Published): Token {
    if (status !== 200) throw noToken(`it answers with the status ${status}`);
    const json = jsonOf(answer?.payload?.text() ?? "");
    const text = json && getKey(json, "access_token");
    if (!json || typeof text !== "string" || !/^[\x21-\x7e]+$/.test(text))
      throw noToken("its answer holds no token");
    const ends = endOf(text) ?? this.#endBy(json);
    if (ends === undefined) throw noToken("it does not say when the token ends");
    return { text, freshUntil: ends - this.#maxClockSkew };
  }

  /** Tokens that are no JWT have their end beside them. */
  #endBy(json: JsonObject): number | undefined {
    const seconds = getKey(json, "expires_in");
    return typeof seconds === "number" ? this.#now() + seconds * 1000 : undefined;
  }
}

function formOf(credentials: OAuthCredentials): string {
  const { clientId, clientSecret, requestedScopes, audience } = credentials;
  const isPassword = credentials.type === "oauth-password";
  const fields: readonly (readonly [name: string, value: string | undefined])[] = [
    ["grant_type", isPassword ? "password" : "client_credentials"],
    ["client_id", clientId],
    ["client_secret", clientSecret],
    ["scope", requestedScopes],
    ["audience", audience],
    ["username", isPassword ? credentials.username : undefined],
    ["password", isPassword ? credentials.password : undefined],
  ];
  return fields
    .flatMap(([name, value]) => (value === undefined ? [] : `${name}=${encodeAll(value)}`))
    .join("&");
}

/** The endpoint is trusted by the certificates of the connection as well as by those of the system. */
function wayTo(tokenEndpoint: string, { ca }: Pick<Connection, "ca">, hosts: Hosts): Way {
  const { protocol, hostname, port } = new URL(tokenEndpoint);
  const bare = hostname.replace(/^\[(.*)\]$/s, "$1");
  const host = isIP(bare) === 0 ? hostname : bare;
  const isSecure = protocol === "https:";
  const trusted = ca === undefined ? {} : { ca: [...rootCertificates, ca].join("\n") };
  return {
    endpoint: { host, port: Number(port) || (isSecure ? 443 : 80) },
    hosts,
    tls: isSecure ? { ...trusted, servername: host, rejectUnauthorized: true } : undefined,
    proxy: undefined,
  };
}

const noToken = (reason: string): ConnectFailure =>
  new ConnectFailure(`The token endpoint gives no token: ${reason}.`, true);

function jsonOf(text: string): JsonObject | undefined {
  try {
    const json = parseJson(text);
    return isObject(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

/** When a JWT ends, in milliseconds since the epoch. */
function endOf(token: string): number | undefined {
  try {
    const { exp } = decodeJwt(token);
    return exp === undefined ? undefined : exp * 1000;
  } catch {
    return undefined;
  }
}
