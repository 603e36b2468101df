/** One output of a built-in model, for the documentation and for checking references to it. */
export interface BuiltinOutput {
  readonly name: string;
  /** Of the JSON value; `numbers` is a list of them. */
  readonly type: "number" | "integer" | "boolean" | "string" | "numbers";
  /** How long the list is. */
  readonly length?: number;
  /** Whether it can be `null`, where nothing can be said. */
  readonly isNullable?: boolean;
  readonly meaning: string;
}
