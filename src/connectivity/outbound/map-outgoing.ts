// What the mappers of a target make of one protocol message.

import type { Values } from "../../base/placeholders/element.ts";
import type { ExternalMessage } from "../external-message.ts";
import type { ProtocolMessage } from "../mapping/mapper.ts";
import type { Mappings, Outcome } from "../mapping/mappings.ts";
import type { About, Step } from "../monitoring/monitor.ts";

/** Where it is noted what became of a message. */
export interface MappingSteps {
  readonly mapped: Step;
  readonly dropped: Step;
  readonly other: Step;
}

/** Maps a message by the mappers with these IDs, one after another, and notes what came of it. */
export function mapOutgoing(
  mappings: Pick<Mappings, "outgoing">,
  ids: readonly string[],
  message: ProtocolMessage,
  values: Values,
  about: About,
  steps: MappingSteps,
): readonly ExternalMessage[] {
  const outcomes = mappings.outgoing(ids, message, values);
  for (const outcome of outcomes) note(outcome, about, steps);
  return outcomes.flatMap((outcome) => (outcome.is === "mapped" ? outcome.messages : []));
}

function note(outcome: Outcome<ExternalMessage>, about: About, steps: MappingSteps): void {
  const { mapper } = outcome;
  switch (outcome.is) {
    case "mapped":
      for (const _ of outcome.messages)
        steps.mapped.success(about, () => `The mapper '${mapper}' has mapped the message.`);
      return;
    case "dropped":
      steps.dropped.success(about, () => `The mapper '${mapper}' drops the message.`);
      return;
    case "failed": {
      const { code, message, text } = outcome.error;
      steps.other.failure(about, () => `${code}: ${message} ${text.description ?? ""}`);
    }
  }
}
