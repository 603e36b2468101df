// Which statuses the answer to a live command may have; what a device refuses, it says in an error.

import type { LiveResponse } from "../signals/live.ts";
import type { CommandAction } from "../signals/signal.ts";
import { illegalAnswer } from "./errors.ts";

const statuses: Readonly<Record<CommandAction, readonly number[]>> = {
  create: [201],
  modify: [201, 204],
  merge: [204],
  delete: [204],
  retrieve: [200],
};

/** Refuses an answer with a status that its command cannot have with `protocoladapter:illegal.adaptable`. */
export function checkAnswerStatus({ action, status }: LiveResponse): void {
  if (!statuses[action].includes(status)) throw illegalAnswer(action, status, statuses[action]);
}
