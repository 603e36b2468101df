// The headers of requests to a server of models, and what of them must never be told.

import type { HttpSpec } from "../../model.ts";
import type { Masked } from "./answers.ts";

/** The headers of each request. */
export function headersOf(spec: HttpSpec): Readonly<Record<string, string>> {
  const own = Object.entries(spec.headers).map(([name, value]) => [name.toLowerCase(), value]);
  const authorization = authorizationOf(spec);
  return {
    accept: "application/json",
    // Small answers gain nothing from being packed.
    "accept-encoding": "identity",
    "content-type": "application/json",
    "user-agent": "pollux",
    ...Object.fromEntries(own),
    ...(authorization === undefined ? {} : { authorization }),
  };
}

function authorizationOf({ credentials }: HttpSpec): string | undefined {
  switch (credentials?.type) {
    case "basic":
      return `Basic ${base64(`${credentials.username}:${credentials.password}`)}`;
    case "bearer":
      return `Bearer ${credentials.token}`;
    case undefined:
      return undefined;
  }
}

/** Shorter ones would take letters out of everything that is said. */
const MIN_SECRET = 4;

/** Takes the secrets of a model out of what its server says, which may repeat what it was sent. */
export function masking(spec: HttpSpec): Masked {
  const secrets = secretsOf(spec)
    .filter((secret) => secret.length >= MIN_SECRET)
    .sort((one, other) => other.length - one.length);
  return (text) => secrets.reduce((masked, secret) => masked.replaceAll(secret, "***"), text);
}

function secretsOf({ headers, credentials }: HttpSpec): string[] {
  const values = Object.values(headers);
  if (credentials?.type === "bearer") return [...values, credentials.token];
  if (credentials?.type !== "basic") return values;
  const { username, password } = credentials;
  return [...values, password, base64(`${username}:${password}`)];
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");
