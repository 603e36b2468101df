// Acknowledgements by which JetStream answers to a message that it was to store.

import type { Msg } from "@nats-io/transport-node";

export type AckMessage = Pick<Msg, "subject" | "data" | "headers">;

/** Why the message was not stored; undefined where it was, now or before under the same `Nats-Msg-Id`. */
export function problemOfAck({ data, headers }: AckMessage): string | undefined {
  if (data.length === 0)
    return headers?.code === 503 ? "no stream takes this subject." : "the answer is empty.";
  try {
    const answer: unknown = JSON.parse(
      Buffer.from(data.buffer, data.byteOffset, data.length).toString("utf8"),
    );
    if (isStored(answer)) return undefined;
    return `${descriptionIn(answer) ?? "the answer is none of JetStream"}.`;
  } catch {
    return "the answer is none of JetStream.";
  }
}

/** Others than JetStream may be who answers to a subject. */
const isStored = (answer: unknown): boolean =>
  typeof answer === "object" &&
  answer !== null &&
  !("error" in answer) &&
  "stream" in answer &&
  "seq" in answer;

function descriptionIn(answer: unknown): string | undefined {
  if (typeof answer !== "object" || answer === null || !("error" in answer)) return undefined;
  const { error } = answer;
  if (typeof error !== "object" || error === null || !("description" in error)) return undefined;
  return typeof error.description === "string" ? error.description : undefined;
}
