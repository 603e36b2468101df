// Texts encrypted as Ditto stores them (operating-configuration page): AES-256-GCM, a random start, base64url.

import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const ALGORITHM = "aes-256-gcm";
const START_BYTES = 12;
const TAG_BYTES = 16;

/** A key of 256 bits. */
export type Key = Buffer;

/** Encrypts a text: the start, what was made of it, and the proof that it is whole, in base64url with padding. */
export function encryptText(text: string, key: Key): string {
  const start = randomBytes(START_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, start, { authTagLength: TAG_BYTES });
  const parts = [start, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()];
  return padded(Buffer.concat(parts).toString("base64url"));
}

/** The text that was encrypted; `undefined` where it was not with this key, or was changed since. */
export function decryptText(encrypted: string, key: Key): string | undefined {
  const bytes = Buffer.from(encrypted, "base64url");
  if (bytes.length < START_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, START_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    return (
      decipher.update(bytes.subarray(START_BYTES, -TAG_BYTES), undefined, "utf8") + decipher.final("utf8")
    );
  } catch {
    return undefined;
  }
}

const padded = (text: string): string => text.padEnd(Math.ceil(text.length / 4) * 4, "=");
