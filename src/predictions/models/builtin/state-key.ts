// By what the states of a built-in model are stored.

import type { BuiltinName, BuiltinSpec } from "../../model.ts";

/** What readings are judged by once they are learned from: a state means the same, whatever they are. */
const judging: Partial<Record<BuiltinName, readonly string[]>> = {
  anomaly: ["threshold", "halfLife", "minScale"],
};

/**
 * Names what shapes the states of such a model beside its columns, so that models of one key (and as many columns) take up one
 * another's: the name and the parameters, in any order, without those that only judge or only say how fast to go on learning.
 */
export function stateKeyOf({ name, parameters }: BuiltinSpec): string {
  const shaping = Object.entries(parameters)
    .filter(([parameter]) => !judging[name]?.includes(parameter))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `${name} ${JSON.stringify(shaping)}`;
}
