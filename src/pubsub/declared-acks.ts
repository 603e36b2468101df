// The labels that subscribers acknowledge with (basic-acknowledgements page). Each is one subscriber's, lest one speaks for
// another, and those who wait know whom for.

import { defineError } from "../base/errors.ts";

export const ackLabelNotUnique = defineError("acknowledgement:label.not.unique", 409, () => ({
  message: "Somebody else has declared one of these labels of acknowledgements.",
  description: "Choose labels of your own, or end the session that has declared them.",
}));

/** Who declares labels. */
export interface Declarer {
  /** Any number of declarers of one group may declare a label, and nobody else may then; absent: he is alone. */
  readonly group?: string;
}

export interface DeclaredAcks {
  /**
   * Declares labels, all or none, until the function that it gives is called; refuses with `acknowledgement:label.not.unique`, by
   * throwing or by rejecting. Who declares bounds how many there are.
   */
  declare(labels: Iterable<string>, by?: Declarer): (() => void) | Promise<() => void>;
}

/** Those of one process. */
export interface LocalDeclaredAcks extends DeclaredAcks {
  declare(labels: Iterable<string>, by?: Declarer): () => void;
  /** Whether somebody has declared a label. */
  isDeclared(label: string): boolean;
}

interface Declared {
  readonly group: string | undefined;
  count: number;
}

/** Makes those of one process. */
export function localDeclaredAcks(): LocalDeclaredAcks {
  const declared = new Map<string, Declared>();

  function drop(label: string): void {
    const known = declared.get(label);
    if (known && --known.count === 0) declared.delete(label);
  }

  return {
    declare(labels, { group } = {}) {
      const own = new Set(labels);
      for (const label of own) {
        const known = declared.get(label);
        if (known && (group === undefined || known.group !== group)) throw ackLabelNotUnique();
      }
      for (const label of own) {
        const known = declared.get(label);
        if (known) known.count++;
        else declared.set(label, { group, count: 1 });
      }
      return () => {
        for (const label of own) drop(label);
        own.clear(); // others may declare them from now on
      };
    },
    isDeclared: (label) => declared.has(label),
  };
}
