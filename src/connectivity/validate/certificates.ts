// Certificates and keys of connections, PEM texts (connectivity-tls-certificates page).

import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from "node:crypto";
import { connectionInvalid } from "../errors.ts";
import type { ClientCertificate, Connection, PublicKeyCredentials } from "../model.ts";

const BEGIN = "-----BEGIN CERTIFICATE-----";
const END = "-----END CERTIFICATE-----";
/** More than any bundle of authorities has. */
const MOST = 500;

/** Refuses trusted and client certificates, and keys, that cannot be read or do not belong together. */
export function checkCertificates({ ca, credentials }: Connection): void {
  if (ca !== undefined) checkTrusted(ca);
  if (credentials?.type === "client-cert") checkClient(credentials);
}

function checkTrusted(pem: string): void {
  const parts = pem.split(BEGIN).slice(1);
  if (parts.length === 0 || parts.length > MOST)
    throw connectionInvalid("/ca", `It holds no certificate in PEM, or more than ${MOST}.`);
  for (const part of parts) certificateOf(`${BEGIN}${part.split(END, 1)[0]}${END}`, "/ca");
}

function certificateOf(pem: string, field: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw connectionInvalid(field, "It is no certificate in PEM.");
  }
}

function checkClient({ cert, key }: ClientCertificate): void {
  const certificate = cert === undefined ? undefined : certificateOf(cert, "/credentials/cert");
  const privateKey = key === undefined ? undefined : privateKeyOf(key, "/credentials/key");
  if (certificate && privateKey && !certificate.checkPrivateKey(privateKey))
    throw connectionInvalid("/credentials/key", "It is not the key of the certificate.");
}

function privateKeyOf(pem: string, field: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    throw connectionInvalid(field, "It is no private key in PEM, or needs a passphrase.");
  }
}

/** Refuses keys of an SSH tunnel that cannot be read. */
export function checkTunnelKeys({ publicKey, privateKey }: PublicKeyCredentials): void {
  privateKeyOf(privateKey, "/sshTunnel/credentials/privateKey");
  try {
    createPublicKey(publicKey);
  } catch {
    throw connectionInvalid("/sshTunnel/credentials/publicKey", "It is no public key in PEM.");
  }
}
