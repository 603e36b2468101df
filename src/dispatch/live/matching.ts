// Which answers answer a live command or message; the thing and the correlation ID are the same already.

import type { LiveAnswer, LiveCommand, Message, MessageResponse } from "../../signals/live.ts";

/** What tells valid answers from others. */
export type Question =
  | Pick<LiveCommand, "says" | "action" | "path">
  | Pick<Message, "says" | "featureId" | "subject">;

/** No more of a signal than tells its valid answers, to be kept while they are waited for. */
export function questionOf(signal: LiveCommand | Message): Question {
  if (signal.says === "live-command") {
    const { says, action, path } = signal;
    return { says, action, path };
  }
  const { says, featureId, subject } = signal;
  return { says, subject, ...(featureId !== undefined && { featureId }) };
}

/**
 * Whether an answer is valid: an error always, that to a command with its action and path, that to a message as a message
 * of the same kind, whatever its subject, box or feature.
 */
export function answers(question: Question, answer: LiveAnswer): boolean {
  switch (answer.says) {
    case "live-error":
      return true;
    case "live-response":
      return (
        question.says === "live-command" &&
        question.action === answer.action &&
        question.path.length === answer.path.length &&
        question.path.every((key, i) => key === answer.path[i])
      );
    case "message-response":
      return question.says === "message" && kindOf(question) === kindOf(answer);
  }
}

const kindOf = ({ subject, featureId }: Pick<Message | MessageResponse, "subject" | "featureId">) => {
  if (subject === "claim") return "claim";
  return featureId === undefined ? "thing" : "feature";
};
