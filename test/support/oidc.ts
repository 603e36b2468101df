// A real OpenID Connect issuer on loopback (npm oidc-provider), which gives JWT access tokens to clients of its own.

import { createServer } from "node:http";
import { Provider } from "oidc-provider";
import { basicHeader } from "../../src/gateway/auth/basic.ts";
import { closeOnLoopback, listenOnLoopback } from "./loopback.ts";
import { type Key, newKey } from "./loopback-issuer.ts";

interface TokenRequest {
  /** Who asks; it becomes the claims sub and client_id. */
  readonly client?: string;
  readonly scope?: string;
  /** Claims that the issuer adds. */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly expiresInSeconds?: number;
}

export interface OidcIssuer extends AsyncDisposable {
  /** `127.0.0.1:{port}`, as settings name an issuer. */
  readonly address: string;
  /** Fetches a token by the grant client_credentials. */
  token(request?: TokenRequest): Promise<string>;
  /** Signs with a new key from now on. The old ones stay published where they are kept. */
  rotate(kept: "old keys kept" | "old keys gone"): void;
}

export const AUDIENCE = "urn:pollux:test";
const SECRET = "only-for-tests-on-loopback";
const CLIENTS = ["machine-7", "operator-1"];

/** Starts an issuer with the clients machine-7 and operator-1. */
export async function startOidcIssuer(): Promise<OidcIssuer> {
  let keys: readonly Key[] = [newKey()];
  let asked: TokenRequest = {};
  let last: Promise<unknown> = Promise.resolve();
  let handle: ReturnType<Provider["callback"]>;
  const server = createServer((request, response) => void handle(request, response));
  const address = await listenOnLoopback(server);
  const provide = () => {
    handle = new Provider(
      `http://${address}`,
      configuration(keys, () => asked),
    ).callback();
  };
  provide();
  return {
    address,
    // One after the other, since the provider is told by a variable what the next token shall hold.
    token: (request = {}) => {
      const token = last.then(() => {
        asked = request;
        return accessToken(address, request);
      });
      last = token.catch(() => undefined);
      return token;
    },
    rotate: (kept) => {
      keys = [newKey(), ...(kept === "old keys kept" ? keys : [])];
      provide();
    },
    [Symbol.asyncDispose]: () => closeOnLoopback(server),
  };
}

function configuration(keys: readonly Key[], asked: () => TokenRequest) {
  return {
    jwks: {
      keys: keys.map(({ kid, privateKey }) => ({
        ...privateKey.export({ format: "jwk" }),
        kid,
        use: "sig",
        alg: "RS256",
      })),
    },
    clients: CLIENTS.map((client_id) => ({
      client_id,
      client_secret: SECRET,
      grant_types: ["client_credentials"],
      redirect_uris: [],
      response_types: [],
    })),
    scopes: ["openid", "read", "write"],
    ttl: { ClientCredentials: () => asked().expiresInSeconds ?? 60 },
    extraTokenClaims: () => asked().claims,
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => AUDIENCE,
        getResourceServerInfo: () => ({
          scope: "read write",
          audience: AUDIENCE,
          accessTokenFormat: "jwt",
          jwt: { sign: { alg: "RS256" } },
        }),
      },
    },
  };
}

async function accessToken(address: string, { client = "machine-7", scope }: TokenRequest): Promise<string> {
  const response = await fetch(`http://${address}/token`, {
    method: "POST",
    headers: { authorization: basicHeader(`${client}:${SECRET}`) },
    body: new URLSearchParams({ grant_type: "client_credentials", ...(scope ? { scope } : {}) }),
  });
  const body = (await response.json()) as { access_token?: string };
  if (body.access_token === undefined) throw new Error(`No token: ${JSON.stringify(body)}`);
  return body.access_token;
}
