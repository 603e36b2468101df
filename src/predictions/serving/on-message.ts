// Predictions that messages ask for: each is answered with what the predictor tells of it, or with why there is none.

import type { Live } from "../../dispatch/live/live.ts";
import type { Pubsub } from "../../pubsub/pubsub.ts";
import type { Message } from "../../signals/live.ts";
import type { AuthContext } from "../../signals/signal.ts";
import type { Output, Predictor } from "../model.ts";
import type { Outputs } from "../models/scoring.ts";
import { answerTo } from "../outputs/message.ts";
import { named } from "../outputs/resolve.ts";
import { messageSelection } from "./selection.ts";

/** How many predictors are asked by a message and have not declined: the first answer is the only one that counts. */
const asked = new WeakMap<Message, number>();

/** Listens to the messages that ask for a prediction; the function ends it. */
export function listenToMessages(
  pubsub: Pick<Pubsub, "subscribe">,
  { authorizationContext, bind }: Predictor,
  subject: string,
  ask: (message: Message) => void,
): () => void {
  return pubsub.subscribe({
    stream: "MESSAGES",
    subjects: authorizationContext,
    selection: messageSelection(bind.namespaces, subject),
    subscriber: {
      deliver({ signal }) {
        const message = signal as Message;
        asked.set(message, (asked.get(message) ?? 0) + 1);
        ask(message);
      },
    },
  });
}

const OK = 200;
const NOT_FOUND = 404;
/** No prediction can be made of the thing as it is. */
const UNPROCESSABLE = 422;
const TOO_MANY = 429;
const UNAVAILABLE = 503;

/** Answers those who asked by messages. */
export class MessageAnswers {
  readonly #live: Pick<Live, "answer">;
  readonly #auth: AuthContext;
  readonly #output: Output;

  constructor(live: Pick<Live, "answer">, auth: AuthContext, output: Output) {
    this.#live = live;
    this.#auth = auth;
    this.#output = output;
  }

  /** Tells of the outputs of a prediction those that are named by what becomes of it. */
  predicted(messages: readonly Message[], outputs: Outputs): void {
    if (messages.length > 0) this.#answer(messages, OK, named(this.#output, outputs));
  }

  /** The predictor is not for the thing. That is told only where no other predictor can say more. */
  unbound(messages: readonly Message[]): void {
    this.#decline(messages, NOT_FOUND, "The thing is none that is predicted.");
  }

  /** There is no room for one more. Others that are asked have heard of it before this is told. */
  tooMany(message: Message): void {
    queueMicrotask(() => this.#decline([message], TOO_MANY, "Too many wait for a prediction of the thing."));
  }

  skipped(messages: readonly Message[]): void {
    this.#answer(messages, UNPROCESSABLE, { error: "An input has no value." });
  }

  failed(messages: readonly Message[], reason: string): void {
    this.#answer(messages, UNAVAILABLE, { error: "The model gave no prediction.", reason });
  }

  #decline(messages: readonly Message[], status: number, error: string): void {
    for (const message of messages) {
      const others = (asked.get(message) ?? 1) - 1;
      asked.set(message, others);
      if (others === 0) this.#answer([message], status, { error });
    }
  }

  #answer(messages: readonly Message[], status: number, value: Outputs): void {
    for (const message of messages) {
      const answer = answerTo(message, status, value, this.#auth);
      if (answer) this.#live.answer(answer);
    }
  }
}
