import { hash, randomBytes } from "node:crypto";

/** Gives the digest under which credentials are remembered. */
export type CredentialDigest = (credentials: string, connection: object) => string;

/**
 * Makes digests with a secret of this process, so that what is remembered by them tells no password. Credentials that a
 * connection brings again are not digested again, which would be a good part of a small request; they are forgotten
 * with the connection.
 */
export function credentialDigest(): CredentialDigest {
  const secret = randomBytes(32).toString("base64");
  const last = new WeakMap<object, { readonly credentials: string; readonly digest: string }>();
  return (credentials, connection) => {
    const known = last.get(connection);
    if (known?.credentials === credentials) return known.digest;
    const digest = hash("sha256", secret + credentials, "base64");
    last.set(connection, { credentials, digest });
    return digest;
  };
}
