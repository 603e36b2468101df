// Shared access signatures of Azure IoT Hub and Azure Service Bus.

import { parseDuration } from "../../../../base/duration.ts";
import { encodeAll } from "../address.ts";
import { hmacSha256, invalid, isText, type Parameters, type Signing } from "./hmac.ts";

const WEEK_MS = 7 * 86_400_000;

export function azureSasSigning(parameters: Parameters): Signing {
  const keyName = parameters.text("sharedKeyName");
  const sharedKey = parameters.key("sharedKey");
  const resource = encodeAll(parameters.text("endpoint"));
  const ttl = ttlOf(parameters.optional("ttl", isText, "a text"));
  return (_, now) => {
    const expiry = Math.floor((now.getTime() + ttl) / 1000);
    const signature = encodeAll(hmacSha256(sharedKey, `${resource}\n${expiry}`).toString("base64"));
    const token = `sr=${resource}&sig=${signature}&se=${expiry}&skn=${keyName}`;
    return { authorization: `SharedAccessSignature ${token}` };
  };
}

function ttlOf(text: string | undefined): number {
  const ttl = text === undefined ? WEEK_MS : parseDuration(text);
  if (ttl === undefined || !(ttl <= 3650 * 86_400_000))
    throw invalid("ttl", "It must be a time, as 10m or 7d.");
  return ttl;
}
