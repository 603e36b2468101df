import type { JsonValue } from "../../base/json/json.ts";
import { valueOfPayload } from "../../protocol/payload.ts";
import { answerHeaders } from "../../protocol/print-live.ts";
import type { LiveAnswer } from "../../signals/live.ts";
import type { Ack } from "../acks/ack.ts";
import { LIVE_RESPONSE } from "../acks/labels.ts";

/** The acknowledgement that an answer is among others; that of a refusal carries the error. */
export function answerAck(answer: LiveAnswer): Ack {
  const payload = payloadOf(answer);
  return {
    label: LIVE_RESPONSE,
    status: answer.status,
    ...(payload !== undefined && { payload }),
    headers: answerHeaders(answer),
  };
}

/** The same, saying no more than that it came and how it went. */
export const bareAck = ({ status }: LiveAnswer): Ack => ({ label: LIVE_RESPONSE, status, headers: {} });

function payloadOf(answer: LiveAnswer): JsonValue | undefined {
  switch (answer.says) {
    case "live-response":
      return answer.value;
    case "message-response":
      return answer.payload && valueOfPayload(answer.payload);
    case "live-error":
      return answer.error;
  }
}
