// Reads for which the twin says whether its device is to be asked (basic-conditional-requests page).

import type { LiveCommand } from "../../signals/live.ts";
import type { Reply } from "../../signals/reply.ts";
import type { Command, DittoHeaders } from "../../signals/signal.ts";
import { thingNotFound } from "../../things/errors.ts";
import { commandTimeout } from "../acks/errors.ts";
import { liveChannelConditionOf } from "../condition.ts";
import type { Dispatch } from "../dispatcher.ts";
import type { Parts } from "../ready.ts";
import type { Live, LiveOutcome } from "./live.ts";
import { currentTarget } from "./target.ts";

const CONDITION = "live-channel-condition";
const MATCHED = "live-channel-condition-matched";

type Asked = Pick<Command, "kind" | "action" | "headers">;

/**
 * Whether a command goes this way: a read with `live-channel-condition`, or one on the live channel that is content with
 * the twin when time is over.
 */
export function isSmart({ kind, action, headers }: Asked): boolean {
  if (kind !== "thing" || action !== "retrieve") return false;
  return headers.channel === "live" ? usesTwin(headers) : headers[CONDITION] !== undefined;
}

const usesTwin = (headers: DittoHeaders): boolean => headers["live-channel-timeout-strategy"] === "use-twin";

/**
 * Reads the twin, and then asks the device where the condition holds or the live channel was asked for. Answers tell by
 * `channel` and `live-channel-condition-matched` whose they are, which is true where there was no condition.
 */
export function smartRetrieve(
  parts: Parts & { readonly dispatch: Dispatch },
  send: Live["send"],
): Live["retrieveSmart"] {
  return async (command, awaited, waiter, origin) => {
    if (!awaited.responseRequired) return { is: "accepted" };
    const target = await currentTarget(parts, command);
    if (!target) throw thingNotFound(command.id);
    const holds = liveChannelConditionOf(command, target.enforcer.forSubjects(command.auth.subjects));
    const isLive = command.headers.channel === "live" || holds?.(target.state) === true;
    const reply = await parts.dispatch(twinCommand(command), origin);
    if (!isLive) return fromTwin(reply, false);
    try {
      return fromDevice(await send(liveCommand(command), awaited, waiter, origin));
    } catch (error) {
      if (commandTimeout.is(error) && usesTwin(command.headers)) return fromTwin(reply, true);
      throw error;
    }
  };
}

function twinCommand({ headers, ...command }: Command): Command {
  const { [CONDITION]: _, channel: __, ...others } = headers;
  return { ...command, headers: others };
}

function liveCommand({ headers, ...command }: Command): LiveCommand {
  const { [CONDITION]: _, ...others } = headers;
  return { ...command, kind: "thing", says: "live-command", headers: { ...others, channel: "live" } };
}

const fromTwin = (reply: Reply, isMatched: boolean): LiveOutcome => ({
  is: "twin",
  reply: { ...reply, headers: { ...reply.headers, channel: "twin", [MATCHED]: isMatched } },
});

function fromDevice(outcome: LiveOutcome): LiveOutcome {
  if (outcome.is !== "answer") return outcome;
  const { answer } = outcome;
  return { is: "answer", answer: { ...answer, headers: { ...answer.headers, [MATCHED]: true } } };
}
