// fn:filter: lets values pass by a comparison, of themselves or of another value.

import { compilePattern, isPatternLengthAllowed, MAX_PATTERN } from "../pattern.ts";
import { deleted, type Parameter, type Stage, type Values, valuesOf } from "./element.ts";

type Fits = (value: string) => boolean;
/** Makes the test of a comparison with one text. */
type Comparison = (compared: string) => Fits;

const comparisons: ReadonlyMap<string, Comparison> = new Map<string, Comparison>([
  ["eq", (compared) => (value) => value === compared],
  ["ne", (compared) => (value) => value !== compared],
  ["like", compileLike],
  ["exists", (compared) => (value) => (compared.toLowerCase() === "true") === (value !== "")],
]);

/**
 * `(value, comparison, compared)` or `(value, 'exists')` keeps all or nothing; `(comparison, compared)` keeps the values
 * that fit. `compared` may have several values, of which one has to fit.
 */
export function filter(parameters: readonly Parameter[]): Stage | undefined {
  const [first, second, third] = parameters;
  if (!first || !second || parameters.length > 3) return undefined;
  if (third) return byOther(first, comparisonOf(second), third);
  return second.constant === "exists"
    ? byOther(first, comparisonOf(second), { constant: "true", resolve: () => ["true"] })
    : byItself(comparisonOf(first), second);
}

/** What is not there is compared as if it were empty. */
const orEmpty = (values: readonly string[]): readonly string[] => (values.length === 0 ? [""] : values);

function byOther(filtered: Parameter, comparison: Comparison, compared: Parameter): Stage {
  const testsBy = comparing(comparison, compared, orEmpty);
  return (input, values) => {
    if (input === deleted || input.length === 0) return input;
    const tests = testsBy(values);
    const given = orEmpty(valuesOf(filtered.resolve(values)));
    return given.some((value) => tests.some((fits) => fits(value))) ? input : [];
  };
}

function byItself(comparison: Comparison, compared: Parameter): Stage {
  const testsBy = comparing(comparison, compared, (values) => values);
  return (input, values) => {
    if (input === deleted) return deleted;
    const tests = testsBy(values);
    return input.filter((value) => tests.some((fits) => fits(value)));
  };
}

function comparisonOf({ constant }: Parameter): Comparison {
  const comparison = constant === undefined ? undefined : comparisons.get(constant);
  if (!comparison)
    throw new Error(
      `fn:filter knows ${[...comparisons.keys()].join(", ")}, not '${constant ?? "a placeholder"}'.`,
    );
  return comparison;
}

/** The tests of which one has to fit; that of a constant is made when the text is compiled. */
function comparing(
  comparison: Comparison,
  { constant, resolve }: Parameter,
  complete: (values: readonly string[]) => readonly string[],
): (values: Values) => readonly Fits[] {
  if (constant === undefined) return (values) => complete(valuesOf(resolve(values))).map(comparison);
  if (comparison === compileLike && !isPatternAllowed(constant))
    throw new Error(`A pattern has at most ${MAX_PATTERN} characters.`);
  const tests = [comparison(constant)];
  return () => tests;
}

const isPatternAllowed = (pattern: string) => pattern.split("|").every(isPatternLengthAllowed);

/**
 * `*` is any text and `?` one character, not across lines; `|` separates patterns of which one has to fit. One that is too
 * long came from the value of a placeholder, and fits nothing.
 */
function compileLike(pattern: string): Fits {
  if (!isPatternAllowed(pattern)) return () => false;
  const tests = pattern.split("|").map((one) => compilePattern(one, false));
  return (text) => tests.some((test) => test(text));
}
