// What the logs say of steps that went well and about which there is nothing particular to say.

import type { Category } from "./monitor.ts";
import type { StepName } from "./steps.ts";

const incoming: Readonly<Partial<Record<StepName, string>>> = {
  consumed: "A message came in.",
  mapped: "The message became a Ditto Protocol message.",
  enforced: "The message is allowed to be about what it is about.",
  dropped: "The message was dropped.",
  acknowledged: "The message was settled at the broker.",
  throttled: "No more messages were taken for a while.",
};

const outgoing: Readonly<Partial<Record<StepName, string>>> = {
  dispatched: "There is something for the target.",
  filtered: "The target wants it.",
  mapped: "It became a message of the broker.",
  published: "The message was published.",
  dropped: "It was dropped.",
  acknowledged: "Its acknowledgement was issued.",
};

/** The text of an entry without one of its own. */
export const successText = (category: Category, step: StepName): string =>
  (category === "source" ? incoming : outgoing)[step] ?? "It went well.";
