// The life of a live signal: find its thing, authorize, publish, wait for what is awaited of it.

import type { Enforcer } from "../../policies/enforcer.ts";
import type { LiveSignal } from "../../signals/live.ts";
import type { EntityState } from "../../signals/signal.ts";
import type { AwaitedAcks } from "../acks/awaited.ts";
import { withCorrelationId } from "../acks/conflict-free.ts";
import type { Waiting } from "../acks/outcome.ts";
import type { Dispatch } from "../dispatcher.ts";
import type { Parts } from "../ready.ts";
import { Turns } from "../turns.ts";
import { viewOfAnswer } from "./answer-view.ts";
import { answerersOf } from "./answerers.ts";
import { authorizeLive } from "./authorize-live.ts";
import { isAnswered, type Live } from "./live.ts";
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
  ): Promise<void> {
    return withTarget(parts, turns, signal, ({ state, enforcer }) => {
      authorizeLive(signal, state, enforcer.forSubjects(signal.auth.subjects), parts.things.rules);
      onPublish?.(enforcer);
      parts.publishLive(signal, enforcer, state, origin);
    });
  }

  const send: Live["send"] = async (signal, awaited, waiter, origin) => {
    if (!isAnswered(signal) || !isAwaited(awaited)) {
      await publish(signal, origin);
      return { is: "accepted" };
    }
    const { auth } = signal;
    const wait = new LiveWait(signal, awaited, waiter, parts.waiting, (answer) =>
      viewOfAnswer(parts, auth, answer),
    );
    const mayAnswer = (enforcer: Enforcer) => wait.answerableBy(answerersOf(signal, enforcer));
    publish(withCorrelationId(signal, wait.correlationId), origin, mayAnswer).then(
      () => wait.published(),
      wait.fail,
    );
    return wait.outcome();
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
