// Messages on their way in: broker → mappers → enforcement → conversation → settlement.

import { TwinError } from "../../base/errors.ts";
import { missingJsonField } from "../../base/json/errors.ts";
import type { JsonObject, JsonValue } from "../../base/json/json.ts";
import type { Answer } from "../../conversation/answer.ts";
import { parseTopic, type Topic } from "../../protocol/topic.ts";
import type { AuthContext } from "../../signals/signal.ts";
import type { ReceivedMessage } from "../connectors/connector.ts";
import { mappingFailed } from "../mapping/errors.ts";
import type { Mappings } from "../mapping/mappings.ts";
import type { About, Monitor } from "../monitoring/monitor.ts";
import { reasonText } from "../monitoring/reason.ts";
import { incomingValues } from "../placeholders/incoming.ts";
import type { Converse, Peer } from "./converse.ts";
import type { Enforce, Spoken } from "./enforcement.ts";
import { addCorrelationId, addMapped, takeDiversion } from "./headers.ts";
import { type InWorkLimits, inWorkOf } from "./in-work.ts";
import { IncomingMessage } from "./incoming-message.ts";
import { refusalOf } from "./refusal.ts";
import type { Request, TakeAnswer } from "./request.ts";
import type { UsedSource } from "./source.ts";
import { type SourceSteps, sourceSteps } from "./source-steps.ts";
import { acknowledgedBy, headersOfMessage, isAnswerToNobody, settlesByOutcome, spokenOf } from "./spoken.ts";
import { turnOf } from "./turn.ts";

export interface ReceiverParts {
  readonly connectionId: string;
  readonly sources: readonly UsedSource[];
  readonly mappings: Pick<Mappings, "incoming">;
  /** Who speaks by a source. */
  readonly peerOf: (source: UsedSource) => Peer;
  readonly converse: Converse;
  readonly onAnswer: TakeAnswer;
  readonly monitor: Monitor;
  readonly limits: ReceiverLimits;
  readonly onFault: (error: unknown, correlationId: string) => void;
}

export interface ReceiverLimits extends InWorkLimits {
  /** How long the payload of a message may be. */
  readonly payloadBytes: number;
}

/** What takes the messages of one client. */
export interface Receiver {
  /** Takes a message of a source; gives false where no more can be taken until `onRoom` is called. */
  received(source: number, message: ReceivedMessage): boolean;
  /** Resolves once all that was taken is done with, or after so many milliseconds. */
  idle(withinMs: number): Promise<void>;
  close(): void;
}

/** Makes the receiver of a client; `onRoom` is called when it takes more again. */
export function receiverOf(parts: ReceiverParts, onRoom: () => void): Receiver {
  const { connectionId, monitor } = parts;
  const goOn = (): void => {
    if (inWork.hasRoom && turn.hasTime) onRoom();
  };
  const inWork = inWorkOf(parts.limits, goOn);
  const turn = turnOf(goOn);
  const stepsOf = sourceSteps(monitor);

  function handle(source: UsedSource, message: ReceivedMessage, about: About, steps: SourceSteps): void {
    const incoming = new IncomingMessage(message, about, steps.acknowledged, () => work.done());
    const bytes = message.payload?.length ?? 0;
    const work = inWork.begin(() => incoming.settle("redeliver"), bytes);
    const handOver = { parts, source, message, about, steps, incoming };
    try {
      handOn(handOver);
    } catch (error) {
      // Only what the message itself is refused for, before any mapper saw it.
      refuse(handOver, unmapped(handOver), error);
    }
    incoming.handedOn();
  }

  return {
    received(index, message) {
      const source = parts.sources[index];
      if (!source) throw new Error(`The connection '${connectionId}' has no source ${index}.`);
      const steps = stepsOf(message.sourceAddress);
      const correlationId = message.headers["correlation-id"];
      const about = correlationId === undefined ? unknown : { correlationId };
      steps.consumed.success(about);
      const begun = performance.now();
      handle(source, message, about, steps);
      turn.spend(performance.now() - begun);
      return inWork.hasRoom && turn.hasTime;
    },
    idle: (withinMs) => inWork.idle(withinMs),
    close() {
      inWork.close();
      turn.close();
    },
  };
}

const unknown: About = {};

interface HandOver {
  readonly parts: ReceiverParts;
  readonly source: UsedSource;
  readonly message: ReceivedMessage;
  /** What the message as the broker had it is about. */
  readonly about: About;
  readonly steps: SourceSteps;
  readonly incoming: IncomingMessage;
}

/** What is known of a message that became nothing; its answer may go where a header of it says. */
function unmapped({ parts, source, message }: HandOver, subjects: readonly string[] = []): Request {
  const { address, headers: external } = message;
  const headers: { [name: string]: JsonValue } = {};
  try {
    addMapped(
      headers,
      source.headerMapping,
      incomingValues({ ...parts, address, headers: external, subjects }),
    );
  } catch {
    // What cannot be mapped is left out: another refusal is told already.
  }
  return { source: source.index, mapper: undefined, headers: { ...external, ...headers }, subjects };
}

/** Maps a message and hands on what it became, in this order, before it returns. */
function handOn(handOver: HandOver): void {
  const { parts, source, message, about, steps } = handOver;
  const { headers, address } = message;
  checkSize(message, parts.limits);
  const auth = source.authorize(headers);
  const enforce = source.enforcementFor(address, headers);
  const { connectionId } = parts;
  const context = { connectionId, address, subjects: auth.subjects };
  const values = incomingValues({ connectionId, address, headers, subjects: auth.subjects });
  for (const mapped of parts.mappings.incoming(source.source.payloadMapping, message, context, values)) {
    const { mapper } = mapped;
    if (mapped.is === "dropped")
      steps.dropped.success(about, () => `The mapper '${mapper}' drops the message.`);
    else if (mapped.is === "failed") refuse(handOver, unmapped(handOver, auth.subjects), mapped.error);
    else for (const said of mapped.messages) say(handOver, said, mapper, auth, enforce);
  }
}

/** What is longer would hold up everybody else while it is read. */
function checkSize({ headers, payload }: ReceivedMessage, { payloadBytes }: ReceiverParts["limits"]): void {
  const length = payload?.length ?? 0;
  if (length > payloadBytes)
    throw mappingFailed(
      headers["content-type"],
      `It carries ${length} bytes, of which ${payloadBytes} are allowed.`,
    );
}

/** Hands one protocol message to the conversation. */
function say(
  handOver: HandOver,
  said: JsonObject,
  mapper: string,
  auth: AuthContext,
  enforce: Enforce,
): void {
  const { parts, source, message, about, steps, incoming } = handOver;
  if (isAnswerToNobody(said)) {
    steps.dropped.success(about, () => "It is an answer that nobody waits for.");
    return;
  }
  const headers = headersOfMessage(said);
  let request: Request = { source: source.index, mapper, headers, subjects: auth.subjects };
  try {
    const topic = topicOf(said);
    addHeaders(handOver, said, headers, auth, topic);
    const spoken = spokenOf(topic);
    const diversion = takeDiversion(headers);
    request = { source: source.index, mapper, headers, subjects: auth.subjects, spoken, ...diversion };
    steps.mapped.success(about, () => `The mapper '${mapper}' has mapped the message.`);
    judge(handOver, headers, spoken, enforce);
    const whole = { message: { ...said, headers }, auth, peer: parts.peerOf(source) };
    const answer = parts.converse({ ...whole, characters: message.payload?.length ?? 0 });
    const take = incoming.expect(settlesByOutcome(acknowledgedBy(topic, said, headers), headers));
    void answered(answer, request, parts, take);
  } catch (error) {
    refuse(handOver, request, error, said);
  }
}

function topicOf({ topic }: JsonObject): Topic {
  if (typeof topic !== "string") throw missingJsonField("/topic");
  return parseTopic(topic);
}

function addHeaders(
  { parts: { connectionId }, source, message }: HandOver,
  said: JsonObject,
  headers: ReturnType<typeof headersOfMessage>,
  { subjects }: AuthContext,
  topic: Topic,
): void {
  const { headerMapping, requestAcks } = source;
  if (headerMapping.length > 0 || requestAcks) {
    const { address, headers: external } = message;
    const received = { connectionId, address, headers: external, subjects };
    if (headerMapping.length > 0) addMapped(headers, headerMapping, incomingValues(received, said));
    // The filter of acknowledgements is judged by the message as the broker had it.
    if (requestAcks && acknowledgedBy(topic, said, headers)) requestAcks(headers, incomingValues(received));
  }
  addCorrelationId(headers);
}

/** Refuses a message that its sender may not send. */
function judge({ steps }: HandOver, headers: JsonObject, spoken: Spoken | undefined, enforce: Enforce): void {
  const correlationId = String(headers["correlation-id"]);
  const about = spoken ? { correlationId, entityType: spoken.kind, entityId: spoken.id } : { correlationId };
  try {
    enforce(spoken);
  } catch (error) {
    steps.enforced.failure(about, () => reasonText(error));
    throw error;
  }
  steps.enforced.success(about);
}

async function answered(
  answer: Promise<Answer | undefined>,
  request: Request,
  { onAnswer, onFault }: ReceiverParts,
  take: ReturnType<IncomingMessage["expect"]>,
): Promise<void> {
  try {
    const outcome = await answer;
    if (outcome?.isWanted) onAnswer(request, outcome);
    take(outcome);
  } catch (error) {
    onFault(error, String(request.headers["correlation-id"]));
    take({ status: 500, type: "error", isLive: false });
  }
}

/**
 * Tells the sender why a message, or one that it became, goes no further. Such a message is settled as any other: it would fail
 * again, and the broker has nothing to do with why.
 */
function refuse(handOver: HandOver, request: Request, error: unknown, said?: JsonObject): void {
  const { parts, steps, about } = handOver;
  const refusal = refusalOf(error, request.headers, said);
  if (!(error instanceof TwinError))
    parts.onFault(error, String(request.headers["correlation-id"] ?? "unknown"));
  steps.mapped.failure(about, () => `${refusal.error.code}: ${reasonText(refusal.error)}`);
  parts.onAnswer(request, refusal.answer);
}
