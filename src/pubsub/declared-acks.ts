// The labels that subscribers acknowledge with (basic-acknowledgements page). Each is one subscriber's, lest one speaks for
// another, and those who wait know whom for.

import { defineError } from "../base/errors.ts";

export const ackLabelNotUnique = defineError("acknowledgement:label.not.unique", 409, () => ({
  message: "Somebody else has declared one of these labels of acknowledgements.",
  description: "Choose labels of your own, or end the session that has declared them.",
}));

export interface DeclaredAcks {
  /**
   * Declares labels, all or none, until the function that it gives is called; refuses with `acknowledgement:label.not.unique`.
   * Who declares bounds how many there are.
   */
  declare(labels: Iterable<string>): () => void;
  /** Whether somebody has declared a label. */
  isDeclared(label: string): boolean;
}

/** Makes those of one process. */
export function localDeclaredAcks(): DeclaredAcks {
  const declared = new Set<string>();

  return {
    declare(labels) {
      const own = new Set(labels);
      for (const label of own) if (declared.has(label)) throw ackLabelNotUnique();
      for (const label of own) declared.add(label);
      return () => {
        for (const label of own) declared.delete(label);
        own.clear(); // others may declare them from now on
      };
    },
    isDeclared: (label) => declared.has(label),
  };
}
