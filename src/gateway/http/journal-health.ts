import type { JournalObservation } from "../../journal/journal.ts";

/** What is known of the journal's health from what it notices by itself. */
export interface JournalHealth {
  note(fact: JournalObservation): void;
  isUp(): boolean;
}

/** The journal is up unless one of its lanes is lost. */
export function journalHealth(): JournalHealth {
  const lost = new Set<number>();
  return {
    note({ what, lane }) {
      if (what === "journal-lost") lost.add(lane);
      else lost.delete(lane);
    },
    isUp: () => lost.size === 0,
  };
}
