// One signal for one target: mapped, published, acknowledged.

import type { Values } from "../../base/placeholders/element.ts";
import type { IncomingAck } from "../../signals/incoming-ack.ts";
import type { DittoHeaders, EntityKind } from "../../signals/signal.ts";
import type { ProtocolMessage } from "../mapping/mapper.ts";
import type { Mappings } from "../mapping/mappings.ts";
import type { About } from "../monitoring/monitor.ts";
import { reasonText } from "../monitoring/reason.ts";
import { type Issued, isRequested, issuedBy, LIVE_RESPONSE } from "./issued-acks.ts";
import { type LiveQuestion, livePublished } from "./live-answers.ts";
import { mapOutgoing } from "./map-outgoing.ts";
import type { Publish } from "./outlet.ts";
import type { Pace } from "./pace.ts";
import { type Sent, send } from "./send.ts";
import type { UsedTarget } from "./target.ts";

/** Something that goes out: a signal or an announcement. */
export interface Outgoing {
  readonly kind: EntityKind | "connection";
  /** Of the entity that it is about; what is about one keeps its order. */
  readonly id: string;
  readonly headers: DittoHeaders;
  readonly about: About;
  readonly values: Values;
  readonly message: ProtocolMessage;
  /** Set where a device is asked something. */
  readonly question?: LiveQuestion;
  /** Why it cannot be told as it should be; then it is only acknowledged so. */
  readonly failure?: Error;
}

export interface DeliveryParts {
  readonly mappings: Pick<Mappings, "outgoing">;
  readonly publish: Publish;
  /** When it is mapped and published; absent, at once. */
  readonly pace?: Pace;
  /** Takes the acknowledgements that targets issue. */
  readonly onAck: (ack: IncomingAck) => void;
  /** Acknowledges in the place of a target that is not to be waited for. */
  readonly weakAck: (id: string, correlationId: string, label: string) => void;
  /** Takes the protocol message that an endpoint answered with in the name of a target. */
  readonly onLiveAnswer: (target: UsedTarget, text: string) => void;
  /** Told of what should not have happened. */
  readonly onFault: (error: unknown, correlationId: string) => void;
  /** How many bytes the payloads of the acknowledgements of one signal may have. */
  readonly issuedMaxBytes: number;
}

/** Publishes something at a target, behind what was given for the connection before. Resolves when that is done, and never rejects. */
export function deliver(target: UsedTarget, outgoing: Outgoing, parts: DeliveryParts): Promise<void> {
  const { pace } = parts;
  if (!pace) return publishOrTell(target, outgoing, parts);
  return new Promise((resolve) => {
    const publish = (one: Outgoing) => void publishOrTell(target, one, parts).then(resolve);
    pace.take(
      () => publish(outgoing),
      (failure) => publish({ ...outgoing, failure }),
    );
  });
}

async function publishOrTell(target: UsedTarget, outgoing: Outgoing, parts: DeliveryParts): Promise<void> {
  try {
    await publishAt(target, outgoing, parts);
  } catch (error) {
    parts.onFault(error, correlationIdOf(outgoing.headers));
  }
}

async function publishAt(target: UsedTarget, outgoing: Outgoing, parts: DeliveryParts): Promise<void> {
  const { id, message, values, about, headers, question, failure } = outgoing;
  const { issuedLabel, steps } = target;
  const isAwaited = issuedLabel !== undefined && isRequested(issuedLabel, headers, question !== undefined);
  if (failure) {
    steps.mapped.failure(about, () => reasonText(failure));
    if (isAwaited) acknowledge(target, outgoing, issuedBy([{ is: "failed", error: failure }], 0), parts);
    return;
  }
  const messages = mapOutgoing(parts.mappings, target.target.payloadMapping, message, values, about, steps);
  if (messages.length === 0) {
    if (isAwaited && issuedLabel !== LIVE_RESPONSE) parts.weakAck(id, correlationIdOf(headers), issuedLabel);
    return;
  }
  const sending = messages.map((one) => send(target.goal, id, one, values, about, parts.publish));
  const sent = sending.length === 1 ? [await (sending[0] as Promise<Sent>)] : await Promise.all(sending);
  if (isAwaited || question) told(target, outgoing, sent, isAwaited, parts);
}

/** What the transport answered, to those who wait for it. */
function told(
  target: UsedTarget,
  outgoing: Outgoing,
  sent: readonly Sent[],
  isAwaited: boolean,
  parts: DeliveryParts,
): void {
  const { question } = outgoing;
  const isLive = target.issuedLabel === LIVE_RESPONSE;
  if (question && (isLive || !isAwaited)) {
    const answers = livePublished(sent, question, isLive, parts.issuedMaxBytes);
    for (const text of answers) parts.onLiveAnswer(target, text);
    if (isAwaited && answers.length > 0) target.steps.acknowledged.success(outgoing.about);
    if (answers.length > 0) return;
  }
  if (isAwaited && (!isLive || sent.some(({ is }) => is === "failed")))
    acknowledge(target, outgoing, issuedBy(sent, parts.issuedMaxBytes), parts);
}

function acknowledge(
  { issuedLabel, steps, target }: UsedTarget,
  { kind, id, headers, about }: Outgoing,
  issued: Issued | undefined,
  { onAck }: DeliveryParts,
): void {
  if (!issued || issuedLabel === undefined || kind === "connection") return;
  const { status } = issued;
  if (status < 400) steps.acknowledged.success(about);
  else steps.acknowledged.failure(about, () => `'${issuedLabel}' is acknowledged with the status ${status}.`);
  const characters = issued.value === undefined ? 0 : JSON.stringify(issued.value).length;
  const correlationId = correlationIdOf(headers);
  const { "requested-acks": _, ...told } = headers;
  onAck({
    ...{ kind, id, label: issuedLabel, status, correlationId, headers: told, characters },
    ...(issued.value !== undefined && { value: issued.value }),
    subjects: target.authorizationContext,
  });
}

const correlationIdOf = ({ "correlation-id": id }: DittoHeaders): string =>
  typeof id === "string" ? id : "";
