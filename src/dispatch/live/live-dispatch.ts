// The life of a live signal: find its thing, authorize, publish, wait for what is awaited of it.

import type { LiveAnswer, LiveCommand, LiveSignal, Message } from "../../signals/live.ts";
import type { AuthContext } from "../../signals/signal.ts";
import type { Waiter } from "../acks/ack-wait.ts";
import type { AwaitedAcks } from "../acks/awaited.ts";
import { withCorrelationId } from "../acks/conflict-free.ts";
import type { Waiting } from "../acks/outcome.ts";
import type { Dispatch } from "../dispatcher.ts";
import { Turns } from "../turns.ts";
import { viewOfAnswer } from "./answer-view.ts";
import { answerersOf, type MayAnswer } from "./answerers.ts";
import { isAnswered, type Live, type LiveOutcome } from "./live.ts";
import { LiveWait } from "./live-wait.ts";
import { type PublishParts, publishHere } from "./publish.ts";
import { smartRetrieve } from "./smart.ts";

export interface LiveParts extends PublishParts {
  readonly waiting: Waiting;
  /** Asks the twin. */
  readonly dispatch: Dispatch;
  /** Absent where there are no other members of a cluster. */
  readonly owners?: LiveOwners;
}

/** What is asked of the owner of a thing, so that only the waiting stays with the door. */
export interface LiveOwners {
  /** Authorizes and publishes a signal; resolves with who may answer it, by the policy that it was published with. */
  publish(signal: LiveSignal, origin: object | undefined): Promise<MayAnswer>;
  /** What an asker may see of an answer: as of {@link viewOfAnswer}. */
  view(asker: AuthContext, answer: LiveAnswer): LiveAnswer | Promise<LiveAnswer | undefined>;
}

/** Makes the live channel of a server; `turns` are those of its dispatcher, so that commands and signals keep their order. */
export function liveDispatch(parts: LiveParts, turns = new Turns()): Live {
  const { owners } = parts;

  function publish(
    signal: LiveCommand | Message,
    origin: object | undefined,
    wait: LiveWait,
  ): Promise<unknown> | undefined {
    if (owners) {
      const publishing = owners.publish(signal, origin);
      // The first answers may be here before it is known that it is published.
      wait.answerableBy(async (auth) => (await publishing)(auth));
      return publishing;
    }
    const publishing = publishHere(parts, turns, signal, origin, ({ enforcer }) =>
      wait.answerableBy(answerersOf(signal, enforcer)),
    );
    return publishing ?? undefined;
  }

  async function tell(signal: LiveSignal, origin: object | undefined): Promise<LiveOutcome> {
    await (owners ? owners.publish(signal, origin) : publishHere(parts, turns, signal, origin));
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
      owners ? owners.view(auth, answer) : viewOfAnswer(parts, auth, answer),
    );
    try {
      const publishing = publish(withCorrelationId(signal, wait.correlationId), origin, wait);
      if (publishing !== undefined) publishing.then(wait.published, wait.fail);
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
