import { parseDuration } from "../../../base/duration.ts";
import type { JsonObject, JsonValue } from "../../../base/json/json.ts";
import { modelInvalid } from "../../errors.ts";
import type { Span } from "./forgetting.ts";

interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** The parameters of a built-in model. Each reader throws `predictors:model.invalid` with the name and what is allowed. */
export class Parameters {
  readonly #model: string;
  readonly #given: ReadonlyMap<string, JsonValue>;
  readonly #known = new Set<string>();

  constructor(model: string, given: JsonObject) {
    this.#model = model;
    this.#given = new Map(Object.entries(given));
  }

  number(name: string, { min, max }: Bounds): number | undefined {
    const value = this.#read(name);
    if (value === undefined) return undefined;
    if (typeof value === "number" && value >= min && value <= max) return value;
    throw this.refused(name, `must be a number from ${min} to ${max}`);
  }

  integer(name: string, { min, max }: Bounds): number | undefined {
    const value = this.#read(name);
    if (value === undefined) return undefined;
    if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max)
      return value as number;
    throw this.refused(name, `must be a whole number from ${min} to ${max}`);
  }

  /** One of these texts. */
  choice<Text extends string>(name: string, texts: readonly Text[]): Text | undefined {
    const value = this.#read(name);
    if (value === undefined) return undefined;
    const found = texts.find((text) => text === value);
    if (found !== undefined) return found;
    throw this.refused(name, `must be one of ${texts.map((text) => `"${text}"`).join(", ")}`);
  }

  /** So many readings, or a duration such as `"10m"`. */
  span(name: string, { min, max }: Bounds): Span | undefined {
    const value = this.#read(name);
    if (value === undefined) return undefined;
    if (typeof value === "number" && value >= min && value <= max) return { count: value };
    const ms = typeof value === "string" ? parseDuration(value) : undefined;
    if (ms !== undefined && ms > 0 && ms <= MAX_SPAN_MS) return { ms };
    throw this.refused(name, `must be from ${min} to ${max} readings, or a duration such as "10m"`);
  }

  /** The index of a column that is named; of the first where none is. */
  column(name: string, columns: readonly string[]): number {
    const value = this.#read(name);
    if (value === undefined) return 0;
    const index = typeof value === "string" ? columns.indexOf(value) : -1;
    if (index >= 0) return index;
    throw this.refused(name, `must be one of the columns: ${columns.slice(0, 20).join(", ")}`);
  }

  /** To be called after all have been read: whatever else is given is a mistake. */
  end(): void {
    for (const name of this.#given.keys()) {
      if (!this.#known.has(name))
        throw this.refused(name, `is not known; there are ${[...this.#known].join(", ")}`);
    }
  }

  refused(name: string, reason: string): Error {
    return modelInvalid(`The parameter '${name}' of the built-in model '${this.#model}' ${reason}.`);
  }

  #read(name: string): JsonValue | undefined {
    this.#known.add(name);
    return this.#given.get(name);
  }
}

/** A hundred years. */
const MAX_SPAN_MS = 36_525 * 86_400_000;
