// How many training sets are exported at once.

import type { Caller } from "../../../predictions/predictors-api.ts";
import { tooManyExports } from "./errors.ts";

/** Each reads much of the journal, for as long as its client takes. */
const MOST = { forOne: 2, forAll: 8 };
const OPERATORS = "";

/**
 * Makes what lets exports begin, and gives what ends them: two for each caller, by his first subject, and eight in all. Operators count
 * as one, whose two are kept free. Refuses with 429.
 */
export function trainingSlots(): (caller: Caller) => () => void {
  const underWay = new Map<string, number>();
  const ofOthers = () => underWay.entries().reduce((sum, [who, n]) => (who === OPERATORS ? sum : sum + n), 0);

  return ({ isOperator, auth }) => {
    const who = isOperator ? OPERATORS : (auth.subjects[0] as string);
    const own = underWay.get(who) ?? 0;
    if (own >= MOST.forOne) throw tooManyExports(own);
    const all = ofOthers() + MOST.forOne;
    if (!isOperator && all >= MOST.forAll) throw tooManyExports(all);
    underWay.set(who, own + 1);
    let isUnderWay = true;
    return () => {
      if (!isUnderWay) return;
      isUnderWay = false;
      const left = (underWay.get(who) ?? 0) - 1;
      if (left > 0) underWay.set(who, left);
      else underWay.delete(who);
    };
  };
}
