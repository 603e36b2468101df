// A statement for the database of the index, under construction or done.

import type { Parameter } from "../journal/database.ts";
import { printArray, storableText } from "./sql/literal.ts";

export interface Statement {
  readonly text: string;
  readonly parameters: readonly Parameter[];
}

/** A parameter has one type in a statement, so equal values of two types are two parameters. */
export type ParameterType =
  | "text"
  | "text[]"
  | "jsonpath"
  | "numeric"
  | "numeric[]"
  | "bigint"
  | "int"
  | "int[]"
  | "timestamptz";

/** Gathers the parameters of a statement; whatever a client said goes into a statement as one of them, never as text. */
export class Parameters {
  readonly #values: Parameter[] = [];
  readonly #places = new Map<string, Map<Parameter, string>>();

  /** The place of a value, such as `$3`; equal values share one. */
  add(value: Parameter): string {
    return this.#place("", value);
  }

  /** The place of a value of a type, such as `$3::jsonpath`, which it shares with equal values of that type only. */
  addAs(type: ParameterType, value: string): string {
    return `${this.#place(type, value)}::${type}`;
  }

  /** The place of a list of texts, as an array of PostgreSQL. */
  addTexts(texts: readonly string[]): string {
    return this.addAs("text[]", printArray(texts));
  }

  #place(type: string, given: Parameter): string {
    const value = typeof given === "string" ? storableText(given) : given;
    const places = this.#places.get(type) ?? new Map<Parameter, string>();
    this.#places.set(type, places);
    const known = places.get(value);
    if (known !== undefined) return known;
    const place = `$${this.#values.push(value)}`;
    places.set(value, place);
    return place;
  }

  get values(): readonly Parameter[] {
    return this.#values;
  }
}
