// Where a connection leads to, and how it proves itself there: schemes, hosts, tunnel and credentials.

import type { Transport } from "../connectors/connector.ts";
import { connectionInvalid, connectionUriInvalid } from "../errors.ts";
import type { Connection, Credentials, SshTunnel } from "../model.ts";
import { clientKeyOf } from "../net/ssh-keys.ts";
import { type ConnectionUri, readUri } from "../uri.ts";

type RefusalOfHost = (host: string) => Promise<string | undefined>;

/** Refuses a scheme that the transport does not have, and trusted certificates where nothing is encrypted. */
export function checkScheme(connection: Connection, { schemes }: Transport): ConnectionUri {
  const uri = readUri(connection.uri, "/uri");
  const scheme = Object.hasOwn(schemes, uri.scheme) ? schemes[uri.scheme] : undefined;
  if (!scheme)
    throw connectionUriInvalid(
      "/uri",
      `Its scheme is '${uri.scheme}', and those of ${connection.connectionType} are ${Object.keys(schemes).join(", ")}.`,
    );
  if (connection.ca !== undefined && !scheme.isSecure)
    throw connectionUriInvalid(
      "/uri",
      `Trusted certificates need an encrypted connection, which '${uri.scheme}' is not.`,
    );
  return uri;
}

/** Refuses a host that the operator does not allow. */
export async function checkHost(host: string, field: string, refusalOf: RefusalOfHost): Promise<void> {
  const refusal = await refusalOf(host);
  if (refusal !== undefined) throw connectionInvalid(field, refusal);
}

/** Refuses a tunnel that cannot be opened. */
export async function checkTunnel(tunnel: SshTunnel, refusalOf: RefusalOfHost): Promise<void> {
  const { scheme, host } = readUri(tunnel.uri, "/sshTunnel/uri");
  if (scheme !== "ssh")
    throw connectionInvalid("/sshTunnel/uri", `Its scheme is '${scheme}', and must be ssh.`);
  await checkHost(host, "/sshTunnel/uri", refusalOf);
  const { credentials } = tunnel;
  for (const [name, value] of Object.entries(credentials))
    if (value === "") throw connectionInvalid(`/sshTunnel/credentials/${name}`, "It must not be empty.");
  if (credentials.type === "public-key") clientKeyOf(credentials);
  if (tunnel.validateHost && tunnel.knownHosts.length === 0)
    throw connectionInvalid(
      "/sshTunnel/knownHosts",
      "To validate the host it takes a fingerprint, as ssh-keygen -l prints it: SHA256:…",
    );
}

/** Scopes of RFC 6749, section 3.3. */
const SCOPES = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/;

/** Refuses credentials that connections of the type cannot use. */
export async function checkCredentials(
  { connectionType, credentials }: Connection,
  uri: ConnectionUri,
  refusalOf: RefusalOfHost,
): Promise<void> {
  if (!credentials) return;
  if (credentials.type === "hmac") {
    if (connectionType !== "http-push" && connectionType !== "amqp-10")
      throw notFor(credentials, connectionType);
    if (uri.text.includes("@")) throw connectionInvalid("/credentials", "The URI holds credentials already.");
  }
  if (credentials.type !== "oauth-client-credentials" && credentials.type !== "oauth-password") return;
  if (connectionType !== "http-push") throw notFor(credentials, connectionType);
  if (!SCOPES.test(credentials.requestedScopes))
    throw connectionInvalid(
      "/credentials/requestedScopes",
      "It must be scopes with a single blank between two of them.",
    );
  const { tokenEndpoint } = credentials;
  if (!/^https?:\/\//i.test(tokenEndpoint) || !URL.canParse(tokenEndpoint))
    throw connectionInvalid("/credentials/tokenEndpoint", "It must be a URL of http or https.");
  const { hostname } = new URL(tokenEndpoint);
  await checkHost(hostname.replace(/^\[|\]$/g, ""), "/credentials/tokenEndpoint", refusalOf);
}

const notFor = ({ type }: Credentials, connectionType: string) =>
  connectionInvalid(
    "/credentials/type",
    `Connections of type ${connectionType} have no credentials of type ${type}.`,
  );
