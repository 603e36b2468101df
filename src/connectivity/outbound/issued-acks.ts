// The acknowledgement that a target issues when the transport has taken a message (target issued acknowledgement label).

import { TwinError } from "../../base/errors.ts";
import { isArray, type JsonValue } from "../../base/json/json.ts";
import { payloadOfBytes, valueOfPayload } from "../../protocol/payload.ts";
import type { DittoHeaders } from "../../signals/signal.ts";
import type { Published } from "../connectors/connector.ts";
import type { ExternalPayload } from "../external-message.ts";
import type { Sent } from "./send.ts";

export const LIVE_RESPONSE = "live-response";

/** What of an acknowledgement comes of a publication. */
export interface Issued {
  readonly status: number;
  readonly value?: JsonValue;
}

/** Whether a signal with these headers asks for an acknowledgement; the answer to a live signal is asked for otherwise. */
export function isRequested(label: string, headers: DittoHeaders, isLiveQuestion: boolean): boolean {
  if (label === LIVE_RESPONSE) return isLiveQuestion && headers["response-required"] !== false;
  const requested = headers["requested-acks"];
  return isArray(requested) && requested.includes(label);
}

/**
 * The acknowledgement of the messages that one signal became: the first failure of them, else the first success; `undefined`
 * where none was published. Payloads may have so many bytes together; one that has more counts as a failure.
 */
export function issuedBy(sent: readonly Sent[], maxBytes: number): Issued | undefined {
  const quota = Math.floor(maxBytes / Math.max(1, sent.length));
  const issued = sent.flatMap((one) => issuedFor(one, quota) ?? []);
  return issued.find(({ status }) => status >= 300) ?? issued[0];
}

function issuedFor(sent: Sent, quota: number): Issued | undefined {
  switch (sent.is) {
    case "published":
      return ofPublished(sent.published, quota);
    case "failed":
      return ofError(sent.error);
    case "dropped":
      return undefined;
  }
}

function ofPublished({ status, answer }: Published, quota: number): Issued {
  const payload = answer?.payload;
  if (!payload || payload.length === 0) return { status };
  if (payload.length > quota)
    return ofError(new Error(`The answer is longer than the ${quota} bytes allowed.`));
  return { status, value: payloadValue(payload, answer.headers["content-type"]) };
}

/** What a payload is in JSON: itself, its text, or its bytes in base64, as its content type says. */
export function payloadValue(payload: ExternalPayload, contentType: string | undefined): JsonValue {
  try {
    const value = payloadOfBytes(payload.bytes(), contentType);
    return value ? valueOfPayload(value) : "";
  } catch {
    return payload.text(); // what says that it is JSON, and is not
  }
}

/** Errors of this server have their status; whatever else a transport throws is a failure of its own. */
function ofError(error: unknown): Issued {
  if (error instanceof TwinError) {
    const { status, ...value } = error.toJSON();
    return { status, value };
  }
  const description = error instanceof Error ? error.message : String(error);
  return { status: 500, value: { message: "The message could not be published.", description } };
}
