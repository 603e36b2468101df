// How acknowledgements that were requested together are answered, by HTTP and in the Ditto Protocol.

import type { JsonValue } from "../../base/json/json.ts";
import { printTopic } from "../../protocol/topic.ts";
import type { Command, DittoHeaders } from "../../signals/signal.ts";
import { type Ack, acksJson, combinedStatus } from "./ack.ts";

export interface HttpForm {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonValue | undefined;
}

/**
 * The answer to an HTTP request. `echoed` are the headers of the request that come back, as `correlation-id`, and
 * `timeout` as it came. A single acknowledgement is answered as if it were the response.
 */
export function httpForm(acks: readonly Ack[], echoed: Readonly<Record<string, string>>): HttpForm {
  const status = combinedStatus(acks);
  const body = acks.length === 1 ? acks[0]?.payload : acksJson(acks);
  const { "requested-acks": _, ...others } = echoed;
  const headers = { ...others, "response-required": "false" };
  if (status === 204 || body === undefined) return { status, headers, body: undefined };
  return { status, headers: { ...headers, "content-type": "application/json" }, body };
}

/**
 * The protocol message, as text; `carried` are the headers of the command that its responses repeat, `channel` among them
 * where it is the live one.
 */
export function protocolForm(
  { kind, id }: Pick<Command, "kind" | "id">,
  acks: readonly Ack[],
  carried: DittoHeaders,
): string {
  const { "requested-acks": _, ...others } = carried;
  return JSON.stringify({
    topic: printTopic(kind, id, "acks", undefined, carried.channel === "live" ? "live" : "twin"),
    headers: { ...others, "response-required": false, "content-type": "application/json" },
    path: "/",
    value: acksJson(acks),
    status: combinedStatus(acks),
  });
}
