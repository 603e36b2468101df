// One stored text of a connection, brought to the encryption that the operator wants now.

import { isObject } from "../../base/json/json.ts";
import { parseStored } from "../../base/json/parse.ts";
import { decryptText } from "./aes-gcm.ts";
import { isEncrypted, replaceSecrets, unmarked } from "./fields.ts";
import { type EncryptionSettings, openWith, sealWith } from "./vault.ts";

/** The text as it should be: the same where it is so already. Throws where a secret was encrypted with neither key. */
export function reencrypted(text: string, { enabled, key, oldKey, pointers }: EncryptionSettings): string {
  const json = parseStored(text);
  if (!isObject(json)) return text;
  const open = openWith([key, oldKey].filter((one) => one !== undefined));
  const seal = enabled && key ? sealWith(key) : undefined;
  const isCurrent = (secret: string): boolean =>
    key !== undefined && isEncrypted(secret) && decryptText(unmarked(secret), key) !== undefined;
  const next = replaceSecrets(json, pointers, (secret, pointer) => {
    if (!seal) return open(secret, pointer);
    return isCurrent(secret) ? secret : seal(open(secret, pointer));
  });
  return next === json ? text : JSON.stringify(next);
}
