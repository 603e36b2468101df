// How a client proves itself and its server over TLS (connectivity-tls-certificates page).

import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { type ConnectionOptions, checkServerIdentity } from "node:tls";
import { connectionInvalid } from "../errors.ts";
import type { Connection } from "../model.ts";

/** Those of `node:tls` that count, PEM texts. */
export interface TlsOptions {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Of the server, which the certificate must be for; it is not the endpoint's where a tunnel is between. */
  readonly servername: string;
  readonly rejectUnauthorized: boolean;
}

type Proofs = Pick<Connection, "ca" | "credentials" | "validateCertificates">;

/**
 * What a connection says of TLS to a server of this name. Refuses what is no PEM, and a key that is not that of its
 * certificate, with `connectivity:connection.configuration.invalid`.
 */
export function tlsOf(connection: Proofs, servername: string): TlsOptions {
  const { ca, validateCertificates } = connection;
  if (ca !== undefined) certificatesOf(ca, "/ca");
  return {
    ...(ca === undefined || !validateCertificates ? {} : { ca }),
    ...clientCertificate(connection),
    servername,
    rejectUnauthorized: validateCertificates,
  };
}

function clientCertificate({ credentials }: Proofs): Pick<TlsOptions, "cert" | "key"> {
  if (credentials?.type !== "client-cert") return {};
  const { cert, key } = credentials;
  const [own] = cert === undefined ? [] : certificatesOf(cert, "/credentials/cert");
  const secret = key === undefined ? undefined : privateKeyOf(key, "/credentials/key");
  // As in Ditto, one of them alone proves nothing and is passed over.
  if (cert === undefined || key === undefined || !own || !secret) return {};
  if (!own.checkPrivateKey(secret))
    throw connectionInvalid("/credentials/key", "It is not the key of the certificate.");
  return { cert, key };
}

const BEGIN = "-----BEGIN CERTIFICATE-----";
const END = "-----END CERTIFICATE-----";
/** More than any bundle of authorities has. */
const MOST = 500;

/** The certificates of a PEM text, at least one, with anything around them; refuses anything else, naming the field. */
function certificatesOf(pem: string, field: string): readonly X509Certificate[] {
  const count = pem.split(BEGIN, MOST + 2).length - 1;
  if (count === 0 || count > MOST)
    throw connectionInvalid(
      field,
      `It must hold 1 to ${MOST} certificates in PEM, each from '${BEGIN}' on, and holds ${count === 0 ? "none" : "more"}.`,
    );
  return parsed(pem, field);
}

const parsed = (pem: string, field: string): readonly X509Certificate[] =>
  pem
    .split(BEGIN)
    .slice(1)
    .map((part) => certificateOf(`${BEGIN}${part.split(END, 1)[0]}${END}`, field));

function certificateOf(pem: string, field: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw connectionInvalid(
      field,
      "One of its certificates cannot be read: each must be PEM as it was issued, from its BEGIN line to its END line.",
    );
  }
}

/** An unencrypted private key in PEM; refuses anything else, naming the field. */
export function privateKeyOf(pem: string, field: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    throw connectionInvalid(
      field,
      "It must be an unencrypted private key in PEM (PKCS #8), from -----BEGIN PRIVATE KEY----- on.",
    );
  }
}

/**
 * The same for `tls.connect` and for libraries that call it. A certificate of the server that is itself among the trusted ones
 * is taken without its issuer and whatever its name; otherwise it must be for the name.
 */
export const socketOptions = (tls: TlsOptions): ConnectionOptions => ({
  ...optionsWith(tls, () => tls.servername),
  // Addresses must not be sent as the name of a server, but are checked like one.
  servername: isIP(tls.servername) === 0 ? tls.servername : "",
});

/** The same for libraries that connect to several servers by one set of options; `nameOf` gives what the certificate of each is for. */
export function optionsOfMany(tls: TlsOptions, nameOf: (host: string) => string): ConnectionOptions {
  const { servername: _, ...options } = optionsWith(tls, nameOf);
  return options;
}

function optionsWith(tls: TlsOptions, nameOf: (host: string) => string): ConnectionOptions {
  const trusted = tls.ca === undefined ? [] : parsed(tls.ca, "/ca");
  return {
    ...tls,
    minVersion: "TLSv1.2",
    allowPartialTrustChain: trusted.length > 0,
    checkServerIdentity: (host, certificate) =>
      trusted.some(({ raw }) => raw.equals(certificate.raw))
        ? undefined
        : checkServerIdentity(nameOf(host), certificate),
  };
}
