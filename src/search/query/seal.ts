// Texts that clients keep for us, without being able to read or change them: AES-GCM, whose key is made anew for each text
// of a secret and a random salt, so that no nonce is ever used twice, however many texts there are.

import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";

const SALT = 16;
const TAG = 16;
/** The key is used for one text only. */
const NONCE = Buffer.alloc(12);
/** Longer texts are compressed, since a cursor goes into a URL with the filter inside. */
const SHORT = 256;
const PLAIN = 0;
const DEFLATED = 1;
/** Base64url as Java reads it, with padding or without. */
const BASE64URL = /^(?:[\w-]{4})*(?:[\w-]{2}(?:==)?|[\w-]{3}=?)?$/;

/** Whether a text is base64url at all. */
export const isBase64Url = (text: string): boolean => BASE64URL.test(text);

export class Seal {
  readonly #secret: Buffer;

  /** `secret` is a text of {@link newSecret}. */
  constructor(secret: string) {
    this.#secret = Buffer.from(secret, "base64url");
  }

  /** Base64url that only {@link open} understands. */
  close(text: string): string {
    const salt = randomBytes(SALT);
    const cipher = createCipheriv("aes-256-gcm", this.#key(salt), NONCE);
    const sealed = Buffer.concat([cipher.update(packed(text)), cipher.final()]);
    return Buffer.concat([salt, sealed, cipher.getAuthTag()]).toString("base64url");
  }

  /** The text that was sealed; `undefined` for anything else, even if it differs by one bit. */
  open(sealed: string): string | undefined {
    const bytes = Buffer.from(sealed, "base64url");
    // Base64 has several spellings of the same bytes, of which one is ours.
    if (bytes.length <= SALT + TAG || bytes.toString("base64url") !== sealed) return undefined;
    const key = this.#key(bytes.subarray(0, SALT));
    const decipher = createDecipheriv("aes-256-gcm", key, NONCE, { authTagLength: TAG });
    decipher.setAuthTag(bytes.subarray(-TAG));
    const text = decipher.update(bytes.subarray(SALT, -TAG));
    try {
      decipher.final();
    } catch {
      return undefined;
    }
    return unpacked(text);
  }

  #key(salt: Buffer): Buffer {
    return createHmac("sha256", this.#secret).update(salt).digest();
  }
}

export const newSecret = (): string => randomBytes(32).toString("base64url");

function packed(text: string): Buffer {
  const bytes = Buffer.from(text);
  return bytes.length < SHORT
    ? Buffer.concat([Buffer.of(PLAIN), bytes])
    : Buffer.concat([Buffer.of(DEFLATED), deflateRawSync(bytes)]);
}

const unpacked = (bytes: Buffer): string =>
  (bytes[0] === PLAIN ? bytes.subarray(1) : inflateRawSync(bytes.subarray(1))).toString();
