// What connections look like at rest: with their secrets encrypted, where the operator wants that.

import type { JsonObject } from "../../base/json/json.ts";
import { connectionInvalid } from "../errors.ts";
import { decryptText, encryptText, type Key } from "./aes-gcm.ts";
import { isEncrypted, markEncrypted, replaceSecrets, unmarked } from "./fields.ts";

/** What operators set of the encryption of connections. */
export interface EncryptionSettings {
  readonly enabled: boolean;
  /** What is written is encrypted with it; needed where that is enabled. */
  readonly key: Key | undefined;
  /** What cannot be read with the key is tried with it. */
  readonly oldKey: Key | undefined;
  /** JSON pointers of the secrets. */
  readonly pointers: readonly string[];
}

export interface Vault {
  /** The JSON as it is to be stored. */
  seal(json: JsonObject): JsonObject;
  /**
   * The JSON with its secrets in clear, whether they were encrypted or not. Without any key they stay as they are. Refuses what was
   * encrypted with another key with `connectivity:connection.configuration.invalid`.
   */
  open(json: JsonObject): JsonObject;
}

/** Makes the vault of some settings. */
export function openVault({ enabled, key, oldKey, pointers }: EncryptionSettings): Vault {
  const keys = [key, oldKey].filter((one) => one !== undefined);
  return {
    seal: (json) => (enabled && key ? replaceSecrets(json, pointers, sealWith(key)) : json),
    open: (json) => (keys.length > 0 ? replaceSecrets(json, pointers, openWith(keys)) : json),
  };
}

/** Encrypts a secret. */
export const sealWith =
  (key: Key) =>
  (secret: string): string =>
    markEncrypted(encryptText(secret, key));

/** Decrypts a secret with the first key that fits; what is not encrypted stays as it is. */
export const openWith =
  (keys: readonly Key[]) =>
  (secret: string, pointer: string): string => {
    if (!isEncrypted(secret)) return secret;
    for (const key of keys) {
      const text = decryptText(unmarked(secret), key);
      if (text !== undefined) return text;
    }
    throw connectionInvalid(pointer, "It was encrypted with a key that this server does not have.");
  };
