// When the planner's statistics are worth collecting: they decide which index a query takes, but hold others up.

/** Rows after which the first are collected, and how many times as many after which the next. */
const FIRST = 1_000;
const FACTOR = 5;

/** Says, for how many rows were written since the start, whether they are due. */
export function statisticsDue(): (written: number) => boolean {
  let next = FIRST;
  return (written) => {
    if (written < next) return false;
    next = written * FACTOR;
    return true;
  };
}
