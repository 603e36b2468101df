// How much a signal may cost for those who speak for the same subjects, however many sessions they have and whatever these ask
// for: nobody else is told of anything meanwhile. In characters, of which a hundred take about a microsecond.

/** What the filters and extra fields of one audience may look at of one signal. */
const OF_AUDIENCE = 5_000_000;
/** What each of them may look at in any case: more than filters of single values and extra fields of common size need. */
const IN_ANY_CASE = 10_000;

/** What an audience may still look at. */
export interface Allowance {
  characters: number;
}

export const fullAllowance = (): Allowance => ({ characters: OF_AUDIENCE });

/** What a filter or list of extra fields may look at that may look at `most` where it is the only one. */
export const partOf = ({ characters }: Allowance, most: number): number =>
  Math.max(IN_ANY_CASE, Math.min(most, characters));

/** Whether a filter or list of extra fields gets all that it would get of a full allowance. */
export const isAmple = ({ characters }: Allowance): boolean => characters > OF_AUDIENCE / 2;
