// What runs through the pipeline of a placeholder: its values, none of them where it could not be resolved.

import { tooMuchUnfolds } from "./errors.ts";

/** Says that a stage wants its placeholder to vanish from the text, whatever comes after it. */
export const deleted = Symbol("deleted");

/** The values so far, none where there is nothing. */
export type Element = readonly string[] | typeof deleted;

/** Gives the values of a placeholder by its whole name, `prefix:rest`; none where it has none. */
export type Values = (name: string) => readonly string[];

/** Looks a placeholder up in all of these. */
export const anyOf =
  (...sources: readonly Values[]): Values =>
  (name) =>
    sources.flatMap((valuesOf) => valuesOf(name));

export type Expression = (values: Values) => Element;
export type Stage = (input: Element, values: Values) => Element;

/** What stands between the parentheses of a function; `constant` is set where it is a quoted text. */
export interface Parameter {
  readonly constant?: string;
  resolve(values: Values): Element;
}

export const MAX_VALUES = 1000;
export const MAX_CHARACTERS = 1_000_000;

export const valuesOf = (element: Element): readonly string[] => (element === deleted ? [] : element);

/** A stage that looks at the values one by one, each becoming some; it stops where these are too many or too long. */
export const each =
  (map: (value: string) => readonly string[]) =>
  (input: Element): Element => {
    if (input === deleted) return deleted;
    const made: string[] = [];
    let characters = 0;
    for (const value of input) {
      for (const one of map(value)) {
        characters += one.length;
        if (made.push(one) > MAX_VALUES) throw tooMuchUnfolds();
      }
      checkLength(characters);
    }
    return made;
  };

/** Refuses more values, or longer ones, than anything sensible unfolds to. */
export function bounded(values: readonly string[]): readonly string[] {
  if (values.length > MAX_VALUES) throw tooMuchUnfolds();
  checkLength(values.reduce((sum, value) => sum + value.length, 0));
  return values;
}

/** Refuses to make texts of so many characters. */
export function checkLength(characters: number): void {
  if (characters > MAX_CHARACTERS) throw tooMuchUnfolds();
}

/** Each value of one followed by each value of the other. */
export function product(left: readonly string[], right: readonly string[]): readonly string[] {
  if (left.length * right.length > MAX_VALUES) throw tooMuchUnfolds();
  return bounded(left.flatMap((start) => right.map((end) => start + end)));
}
