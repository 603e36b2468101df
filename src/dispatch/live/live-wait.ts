// One wait for the answer to a live command or message, and for acknowledgements where some are requested as well.

import type { LiveAnswer, LiveCommand, Message } from "../../signals/live.ts";
import type { Ack } from "../acks/ack.ts";
import { AckWait, type Waiter, type WaitParts } from "../acks/ack-wait.ts";
import { type AwaitedAcks, awaitsOthers } from "../acks/awaited.ts";
import { commandTimeout } from "../acks/errors.ts";
import { LIVE_RESPONSE } from "../acks/labels.ts";
import { answerAck, bareAck } from "./answer-ack.ts";
import type { MayAnswer } from "./answerers.ts";
import { onlyInvalidAnswers } from "./errors.ts";
import type { LiveOutcome } from "./live.ts";
import { answers, type Question, questionOf } from "./matching.ts";

/** What may be seen of an answer; `undefined` where it is to be as if it had not come. */
export type View = (answer: LiveAnswer) => LiveAnswer | Promise<LiveAnswer | undefined>;

export class LiveWait {
  readonly #acks: AckWait;
  readonly #awaited: AwaitedAcks;
  readonly #waiter: Waiter;
  readonly #question: Question;
  readonly #view: View;
  /** Nobody, until it is published. */
  #mayAnswer: MayAnswer = () => false;
  #answer: LiveAnswer | undefined;
  /** Whether a valid answer has come: others are too late. */
  #isAnswered = false;
  #isMisunderstood = false;

  /** Keeps nothing of the signal but what tells its answers. Refuses with `too.many.requests` where there is no room. */
  constructor(
    signal: LiveCommand | Message,
    asked: AwaitedAcks,
    waiter: Waiter,
    parts: WaitParts,
    view: View,
  ) {
    // Who asks for no acknowledgements at all, but for a response, waits for the answer.
    this.#awaited = asked.labels.length > 0 ? asked : { ...asked, labels: [LIVE_RESPONSE] };
    this.#waiter = waiter;
    this.#question = questionOf(signal);
    this.#view = view;
    this.#acks = new AckWait(this.#awaited, waiter, parts, this.#take);
  }

  /** By which the signal is to be published. */
  get correlationId(): string {
    return this.#acks.correlationId;
  }

  /** Resolves with what came; rejects with the refusal, and with `command.timeout` where nothing but an answer is awaited. */
  async outcome(): Promise<LiveOutcome> {
    const acks = await this.#acks.outcome;
    if (acks === "accepted") return { is: "accepted" };
    if (awaitsOthers(this.#awaited)) return { is: "acks", acks };
    if (this.#answer) return { is: "answer", answer: this.#answer };
    // A client may acknowledge in place of an answer.
    if (acks.some(({ status }) => status !== commandTimeout.status)) return { is: "acks", acks };
    const { timeoutMs } = this.#awaited;
    throw this.#isMisunderstood ? onlyInvalidAnswers(timeoutMs) : commandTimeout(timeoutMs);
  }

  /** The signal is about to be published; others than these cannot answer. */
  answerableBy(mayAnswer: MayAnswer): void {
    this.#mayAnswer = mayAnswer;
  }

  /** The signal is published. */
  readonly published = (): void => this.#acks.commit();

  readonly fail = (error: unknown): void => this.#acks.fail(error);

  readonly #take = (answer: LiveAnswer): void => {
    if (this.#isAnswered) return;
    const may = this.#mayAnswer(answer.auth);
    if (may instanceof Promise) may.then((isAllowed) => isAllowed && this.#judge(answer), this.fail);
    else if (may === true) this.#judge(answer);
  };

  #judge(answer: LiveAnswer): void {
    if (this.#isAnswered) return; // by one that came meanwhile
    this.#isAnswered = answers(this.#question, answer);
    if (this.#isAnswered) this.#show(this.#view(answer));
    else this.#isMisunderstood = true;
  }

  #show(seen: ReturnType<View>): void {
    if (seen instanceof Promise) seen.then(this.#tell, this.fail);
    else this.#tell(seen);
  }

  readonly #tell = (answer: LiveAnswer | undefined): void => {
    this.#isAnswered = answer !== undefined;
    if (!answer) return;
    const { correlationId } = this.#waiter;
    this.#answer = { ...answer, headers: { ...answer.headers, "correlation-id": correlationId } };
    if (!awaitsOthers(this.#awaited)) {
      this.#acks.feed(bareAck(answer)); // the answer itself is what is told
      return;
    }
    const ack = answerAck(this.#answer);
    this.#acks.feed(ack, lengthOf(ack));
  };
}

/** What an answer takes up while other acknowledgements are waited for, in characters. */
const lengthOf = ({ payload, headers }: Ack): number =>
  JSON.stringify(headers).length + (payload === undefined ? 0 : JSON.stringify(payload).length);
