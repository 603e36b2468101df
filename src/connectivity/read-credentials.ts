// Credentials of connections and of SSH tunnels, by their `type`.

import { fieldUnknown } from "./errors.ts";
import { fieldOf, flagAt, type Part, partAt, required, textAt, textsAt } from "./fields.ts";
import type { Credentials, PlainCredentials, PublicKeyCredentials, SshTunnel } from "./model.ts";

type ReadOf = { readonly [T in Credentials["type"]]: (part: Part) => Extract<Credentials, { type: T }> };

/** Reads credentials; refuses unknown types with `json.invalid`, and what they lack with `json.field.missing`. */
export function readCredentials(part: Part): Credentials {
  const type = required(textAt, part, "type");
  if (!isType(type)) throw fieldUnknown(fieldOf(part, "type"), type, Object.keys(byType));
  return byType[type](part);
}

const isType = (type: string): type is Credentials["type"] => Object.hasOwn(byType, type);

/** Reads an SSH tunnel, whose credentials are a password or a key. */
export function readSshTunnel(part: Part): SshTunnel {
  const enabled = required(flagAt, part, "enabled");
  const credentials = tunnelCredentials(required(partAt, part, "credentials"));
  return {
    enabled,
    credentials,
    validateHost: required(flagAt, part, "validateHost"),
    knownHosts: textsAt(part, "knownHosts"),
    uri: required(textAt, part, "uri"),
  };
}

function tunnelCredentials(part: Part): PlainCredentials | PublicKeyCredentials {
  const credentials = readCredentials(part);
  if (credentials.type === "plain" || credentials.type === "public-key") return credentials;
  throw fieldUnknown(fieldOf(part, "type"), credentials.type, ["plain", "public-key"]);
}

const text = (part: Part, key: string): string => required(textAt, part, key);

/** A field that may be absent, to be spread. */
function given<K extends string>(part: Part, key: K): { [key in K]?: string } {
  const value = textAt(part, key);
  return value === undefined ? {} : ({ [key]: value } as { [key in K]: string });
}

const oauth = (part: Part) => ({
  tokenEndpoint: text(part, "tokenEndpoint"),
  clientId: text(part, "clientId"),
  requestedScopes: text(part, "requestedScopes"),
  ...given(part, "audience"),
});

const byType: ReadOf = {
  "client-cert": (part) => ({ type: "client-cert", ...given(part, "cert"), ...given(part, "key") }),
  plain: (part) => ({ type: "plain", username: text(part, "username"), password: text(part, "password") }),
  "public-key": (part) => ({
    type: "public-key",
    username: text(part, "username"),
    publicKey: text(part, "publicKey"),
    privateKey: text(part, "privateKey"),
  }),
  hmac: (part) => ({
    type: "hmac",
    algorithm: text(part, "algorithm"),
    parameters: required(partAt, part, "parameters").json,
  }),
  "oauth-client-credentials": (part) => ({
    type: "oauth-client-credentials",
    ...oauth(part),
    clientSecret: text(part, "clientSecret"),
  }),
  "oauth-password": (part) => ({
    type: "oauth-password",
    ...oauth(part),
    ...given(part, "clientSecret"),
    username: text(part, "username"),
    password: text(part, "password"),
  }),
};
