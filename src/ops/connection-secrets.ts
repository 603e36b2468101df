// How operators have the secrets of connections encrypted at rest (operating-configuration page).

import type { Kind } from "./setting-kinds.ts";

/** Ditto's JSON pointers to secrets of connections; of a URI it is only the password. */
export const SECRET_POINTERS: readonly string[] = [
  "/uri",
  "/credentials/key",
  "/sshTunnel/credentials/password",
  "/sshTunnel/credentials/privateKey",
  "/credentials/parameters/accessKey",
  "/credentials/parameters/secretKey",
  "/credentials/parameters/sharedKey",
  "/credentials/clientSecret",
  "/credentials/password",
];

const KEY_BYTES = 32;

/** A key of AES-256 in base64url. */
export const encryptionKey: Kind<Buffer> = {
  form: "256 bits in base64url",
  secret: true,
  parse(text) {
    const key = Buffer.from(text, "base64url");
    if (!/^[\w-]+={0,2}$/.test(text) || key.length !== KEY_BYTES)
      throw new Error("must be 256 bits in base64url, as of openssl rand -base64 32 | tr '/+' '_-'");
    return key;
  },
};

/** JSON pointers. */
export const jsonPointers: Kind<readonly string[]> = {
  form: "/pointer,…",
  secret: false,
  parse(text) {
    const pointers = text.split(",").map((pointer) => pointer.trim());
    if (!pointers.every((pointer) => /^(?:\/[^/]+)+$/.test(pointer)))
      throw new Error("must be JSON pointers, separated by commas");
    return pointers;
  },
};

interface EncryptionConfig {
  readonly connectionEncryptionEnabled?: boolean;
  readonly connectionEncryptionKey?: Buffer | undefined;
  readonly connectionOldEncryptionKey?: Buffer | undefined;
}

/** What of these settings does not go together. */
export function encryptionProblems(config: EncryptionConfig): readonly string[] {
  const {
    connectionEncryptionEnabled,
    connectionEncryptionKey: key,
    connectionOldEncryptionKey: old,
  } = config;
  if (connectionEncryptionEnabled && !key)
    return [
      "CONNECTIVITY_CONNECTION_ENCRYPTION_ENABLED is true, and needs CONNECTIVITY_CONNECTION_ENCRYPTION_KEY",
    ];
  if (key && old?.equals(key))
    return [
      "CONNECTIVITY_CONNECTION_OLD_ENCRYPTION_KEY is the same as the new key; unset it unless keys are rotated",
    ];
  return [];
}
