// An issuer of tokens for tests that it is up to: it publishes whatever keys, and signs whatever claims.

import { generateKeyPairSync, type KeyObject, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type JWTHeaderParameters, type JWTPayload, SignJWT } from "jose";
import { closeOnLoopback, listenOnLoopback } from "./loopback.ts";

export interface Key {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export interface LoopbackIssuer extends AsyncDisposable {
  /** `127.0.0.1:{port}`, as settings name an issuer. */
  readonly address: string;
  /** `http://127.0.0.1:{port}`, as its tokens name it. */
  readonly url: string;
  /** How often it was asked for its keys. */
  readonly asked: number;
  /** What it publishes as its key set. */
  publish(...keys: readonly object[]): void;
  /** Answers a path by other means; without an answer as usual again. */
  answer(path: string, answer: Answer | undefined): void;
}

export const KEYS = "/keys";
export const DISCOVERY = "/.well-known/openid-configuration";

/** Starts an issuer that publishes those keys. */
export async function startLoopbackIssuer(...keys: readonly object[]): Promise<LoopbackIssuer> {
  let published = keys;
  let asked = 0;
  const answers = new Map<string, Answer>();
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    if (path === KEYS) asked++;
    const answer = answers.get(path);
    if (answer) return answer(request, response);
    response.setHeader("content-type", "application/json");
    if (path === KEYS) response.end(JSON.stringify({ keys: published }));
    else if (path === DISCOVERY) response.end(JSON.stringify({ issuer: url, jwks_uri: `${url}${KEYS}` }));
    else response.writeHead(404).end();
  });
  const address = await listenOnLoopback(server);
  const url = `http://${address}`;
  return {
    address,
    url,
    get asked() {
      return asked;
    },
    publish: (...others) => {
      published = others;
    },
    answer: (path, answer) => {
      if (answer) answers.set(path, answer);
      else answers.delete(path);
    },
    [Symbol.asyncDispose]: () => closeOnLoopback(server),
  };
}

/** A new pair of keys; `P-256` and its kin are curves, a number is the length of an RSA modulus. */
export function newKey(kind: "P-256" | "P-384" | "P-521" | number = 2048, kid: string = randomUUID()): Key {
  const pair =
    typeof kind === "number"
      ? generateKeyPairSync("rsa", { modulusLength: kind })
      : generateKeyPairSync("ec", { namedCurve: kind });
  return { kid, ...pair };
}

/** The public key as an issuer publishes it. */
export const published = ({ kid, publicKey }: Key): object => ({
  ...publicKey.export({ format: "jwk" }),
  kid,
  use: "sig",
});

/** Seconds since the epoch, so many from now. */
export const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

/** A token with those claims, valid for a minute where they do not say otherwise. */
export function sign(
  key: Key,
  claims: JWTPayload,
  header: Partial<JWTHeaderParameters> = {},
): Promise<string> {
  return new SignJWT({ exp: inSeconds(60), ...claims })
    .setProtectedHeader({ alg: "RS256", kid: key.kid, ...header })
    .sign(key.privateKey);
}
