// The life of a live signal: find its thing, authorize, publish, wait for what is awaited of it.

import type { Enforcer } from "../../policies/enforcer.ts";
import type { LiveCommand, LiveSignal, Message } from "../../signals/live.ts";
import type { EntityState } from "../../signals/signal.ts";
import type { Waiter } from "../acks/ack-wait.ts";
import type { AwaitedAcks } from "../acks/awaited.ts";
import { withCorrelationId } from "../acks/conflict-free.ts";
import type { Waiting } from "../acks/outcome.ts";
import type { Dispatch } from "../dispatcher.ts";
import type { Parts } from "../ready.ts";
import { Turns } from "../turns.ts";
import { viewOfAnswer } from "./answer-view.ts";
import { answerersOf } from "./answerers.ts";
import { authorizeLive } from "./authorize-live.ts";
import { isAnswered, type Live, type LiveOutcome } from "./live.ts";
import { LiveWait } from "./live-wait.ts";
import { smartRetrieve } from "./smart.ts";
import { withTarget } from "./target.ts";

export interface LiveParts extends Parts {
  readonly waiting: Waiting;
  /** Asks the twin. */
  readonly dispatch: Dispatch;
  /** Delivers a signal that was authorized to its subscribers, in the order of the calls; `state` is that of its thing. */
  publishLive(
    signal: LiveSignal,
    enforcer: Enforcer,
    state: EntityState | undefined,
    origin: object | undefined,
  ): void;
}

/** Makes the live channel of a server; `turns` are those of its dispatcher, so that commands and signals keep their order. */
export function liveDispatch(parts: LiveParts, turns = new Turns()): Live {
  /** Published in the order of the calls for each thing, and at once where nothing has to be loaded. */
  function publish(
    signal: LiveSignal,
    origin: object | undefined,
    onPublish?: (enforcer: Enforcer) => void,
  ): void | Promise<void> {
    return withTarget(parts, turns, signal, ({ state, enforcer }) => {
      authorizeLive(signal, state, enforcer.forSubjects(signal.auth.subjects), parts.things.rules);
      onPublish?.(enforcer);
      parts.publishLive(signal, enforcer, state, origin);
    });
  }

  async function tell(signal: LiveSignal, origin: object | undefined): Promise<LiveOutcome> {
    await publish(signal, origin);
    return { is: "accepted" };
  }

  function ask(
    signal: LiveCommand | Message,
    awaited: AwaitedAcks,
    waiter: Waiter,
    origin: object | undefined,
  ): Promise<LiveOutcome> {
    const { auth } = signal;
    const wait = new LiveWait(signal, awaited, waiter, parts.waiting, (answer) =>
      viewOfAnswer(parts, auth, answer),
    );
    const mayAnswer = (enforcer: Enforcer) => wait.answerableBy(answerersOf(signal, enforcer));
    try {
      const publishing = publish(withCorrelationId(signal, wait.correlationId), origin, mayAnswer);
      if (publishing instanceof Promise) publishing.then(wait.published, wait.fail);
      else wait.published();
    } catch (error) {
      wait.fail(error);
    }
    return wait.outcome();
  }

  const send: Live["send"] = (signal, awaited, waiter, origin) => {
    if (!isAnswered(signal) || !isAwaited(awaited)) return tell(signal, origin);
    try {
      return ask(signal, awaited, waiter, origin);
    } catch (error) {
      return Promise.reject(error); // there is no room to wait
    }
  };

  return {
    send,
    retrieveSmart: smartRetrieve(parts, send),
    answer: (answer) => {
      parts.waiting.replies.answer(answer);
    },
  };
}

const isAwaited = ({ responseRequired, labels }: AwaitedAcks): boolean =>
  responseRequired || labels.length > 0;
