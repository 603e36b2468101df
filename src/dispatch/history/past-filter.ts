// Filters of past events (basic-history page), written in RQL.

import { compileCriterion } from "../../rql/evaluate.ts";
import { thingVocabulary } from "../../rql/field.ts";
import { parseRql } from "../../rql/parse.ts";
import type { EntityEvent } from "../../signals/signal.ts";
import { thingOfEvent } from "../../things/thing-of-event.ts";

/** What a filter may look at of one event, in characters; it takes a few milliseconds. */
const MAX_LOOKED_AT = 500_000;
const TOO_MUCH = new Error("a filter would have to look at too much text");

/**
 * Whether an event of a thing is wanted, by the thing that it tells of. A filter that would have to look at too much text
 * wants nothing. Refuses what is no RQL, or asks for what things do not have, with `rql.expression.invalid`.
 */
export function pastFilter(text: string): (event: EntityEvent) => boolean {
  const matches = compileCriterion(parseRql(text), thingVocabulary);
  return (event) => {
    const thing = thingOfEvent(event, event.value);
    let left = MAX_LOOKED_AT;
    const spend = (characters: number) => {
      left -= characters;
      if (left < 0) throw TOO_MUCH;
    };
    try {
      return matches({ field: (name) => thing[name], now: Date.now(), spend });
    } catch (error) {
      if (error === TOO_MUCH) return false;
      throw error;
    }
  };
}
