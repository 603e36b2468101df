// Texts that clients keep for us, without being able to read or change them: AES-GCM, whose key is made of a secret and a
// random salt. Each process has salts of its own, and counts the texts under each, so that no nonce is ever used twice,
// however many texts and processes there are.

import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  type KeyObject,
  randomBytes,
} from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";

const SALT = 16;
const COUNT = 4;
const NONCE = 12;
const TAG = 16;
const MOST_TEXTS = 2 ** 32;
/** Longer texts are compressed, since a cursor goes into a URL with the filter inside. */
const SHORT = 256;
const PLAIN = 0;
const DEFLATED = 1;
/** Base64url as Java reads it, with padding or without. */
const BASE64URL = /^(?:[\w-]{4})*(?:[\w-]{2}(?:==)?|[\w-]{3}=?)?$/;

/** Whether a text is base64url at all. */
export const isBase64Url = (text: string): boolean => BASE64URL.test(text);

/** Making a key takes longer than sealing with it. */
interface SaltedKey {
  readonly salt: Buffer;
  readonly key: KeyObject;
}

export class Seal {
  readonly #secret: Buffer;
  #own: SaltedKey;
  /** Texts that were sealed with the own key. */
  #count = 0;

  /** `secret` is a text of {@link newSecret}. */
  constructor(secret: string) {
    this.#secret = Buffer.from(secret, "base64url");
    this.#own = this.#salted(randomBytes(SALT));
  }

  /** Base64url that only {@link open} understands. */
  close(text: string): string {
    if (this.#count === MOST_TEXTS) {
      this.#own = this.#salted(randomBytes(SALT));
      this.#count = 0;
    }
    const { salt, key } = this.#own;
    const nonce = Buffer.alloc(NONCE);
    nonce.writeUInt32BE(this.#count++, NONCE - COUNT);
    const cipher = createCipheriv("aes-256-gcm", key, nonce);
    const sealed = [cipher.update(packed(text)), cipher.final()];
    return Buffer.concat([salt, nonce.subarray(-COUNT), ...sealed, cipher.getAuthTag()]).toString(
      "base64url",
    );
  }

  /** The text that was sealed; `undefined` for anything else, even if it differs by one bit. */
  open(sealed: string): string | undefined {
    const bytes = Buffer.from(sealed, "base64url");
    // Base64 has several spellings of the same bytes, of which one is ours.
    if (bytes.length <= SALT + COUNT + TAG || bytes.toString("base64url") !== sealed) return undefined;
    const nonce = Buffer.alloc(NONCE);
    bytes.copy(nonce, NONCE - COUNT, SALT);
    const decipher = createDecipheriv("aes-256-gcm", this.#key(bytes.subarray(0, SALT)), nonce, {
      authTagLength: TAG,
    });
    decipher.setAuthTag(bytes.subarray(-TAG));
    const text = decipher.update(bytes.subarray(SALT + COUNT, -TAG));
    try {
      decipher.final();
    } catch {
      return undefined;
    }
    return unpacked(text);
  }

  #key(salt: Buffer): KeyObject {
    return salt.equals(this.#own.salt) ? this.#own.key : this.#salted(salt).key;
  }

  #salted(salt: Buffer): SaltedKey {
    return { salt, key: createSecretKey(createHmac("sha256", this.#secret).update(salt).digest()) };
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
