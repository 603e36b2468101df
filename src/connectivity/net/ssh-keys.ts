// Keys of SSH: those of servers, by their fingerprints, and that of a client.

import { createHash, createPublicKey } from "node:crypto";
import { connectionInvalid } from "../errors.ts";
import type { PublicKeyCredentials } from "../model.ts";
import { privateKeyOf } from "./tls.ts";

/** Digests of fingerprints, as `ssh-keygen -l -E` names them. */
const digests = ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"];

/** Whether the key of a server, as it comes over the wire, has one of these fingerprints: `SHA256:…` or `MD5:aa:bb:…`. */
export const isKnownHost = (key: Buffer, fingerprints: readonly string[]): boolean =>
  fingerprints.some((fingerprint) => isFingerprintOf(key, fingerprint.trim()));

/** The fingerprint of a key as `ssh-keygen` prints it. */
export const fingerprintOf = (key: Buffer): string => `SHA256:${digested(key, "sha256")}`;

function isFingerprintOf(key: Buffer, fingerprint: string): boolean {
  const colon = fingerprint.indexOf(":");
  const digest = fingerprint.slice(0, Math.max(0, colon)).toLowerCase();
  if (!digests.includes(digest)) return false;
  const expected = fingerprint.slice(colon + 1);
  return digest === "md5"
    ? digested(key, digest) === expected.replaceAll(":", "").toLowerCase()
    : digested(key, digest) === expected.replace(/=+$/, "");
}

function digested(key: Buffer, digest: string): string {
  const hash = createHash(digest).update(key);
  return digest === "md5" ? hash.digest("hex") : hash.digest("base64").replace(/=+$/, "");
}

const AT = "/sshTunnel/credentials";

/** The private key of a client in a form that ssh2 reads. Refuses what is no PEM of RSA or ECDSA, naming the field. */
export function clientKeyOf({ publicKey, privateKey }: PublicKeyCredentials): string {
  checkPublicKey(publicKey);
  const key = privateKeyOf(privateKey, `${AT}/privateKey`);
  switch (key.asymmetricKeyType) {
    case "rsa":
      return key.export({ type: "pkcs1", format: "pem" }).toString();
    case "ec":
      return key.export({ type: "sec1", format: "pem" }).toString();
    default:
      throw connectionInvalid(`${AT}/privateKey`, "It must be a key of RSA or ECDSA.");
  }
}

function checkPublicKey(pem: string): void {
  try {
    if (!pem.includes("-----BEGIN PUBLIC KEY-----")) throw new Error("not public");
    createPublicKey(pem);
  } catch {
    throw connectionInvalid(
      `${AT}/publicKey`,
      "It must be a public key in PEM, from -----BEGIN PUBLIC KEY----- on.",
    );
  }
}
