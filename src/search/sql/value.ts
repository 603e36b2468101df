import type { Path } from "../../base/json/pointer.ts";
import type { SearchField } from "../field.ts";
import type { Parameters } from "../statement.ts";
import type { Caller, Circumstances } from "../wanted.ts";
import { mayRead } from "./access.ts";
import { literalPath } from "./literal.ts";

/**
 * The value of a field of `t` as far as the caller may read it, as an expression of type jsonb that is null otherwise.
 * It stands with the tables of `matching`, also in `group by` and `order by`. A field in each feature has no value.
 */
export function visibleValue(parameters: Parameters, field: SearchField, caller: Caller | undefined): string {
  switch (field.kind) {
    case "features":
      return "null::jsonb";
    case "column":
      return ifReadable(parameters, field, caller, `to_jsonb(t.${field.column})`);
    case "nested":
      return ifReadable(parameters, field, caller, `(t.thing #> ${parameters.addTexts(field.path)})`);
  }
}

/** The value at a path of the document; where a custom index holds it, in the spelling that the index serves. */
export const valueAt = (parameters: Parameters, path: Path, { isIndexed }: Circumstances): string =>
  `t.thing #> ${isIndexed(path) ? literalPath(path) : parameters.addTexts(path)}`;

/** An expression of what is at a field's path, or null where the caller may not read there. */
export function ifReadable(
  parameters: Parameters,
  field: Exclude<SearchField, { kind: "features" }>,
  caller: Caller | undefined,
  expression: string,
): string {
  if (!needsRight(field, caller)) return expression;
  return `case when ${mayRead(parameters, field.path)} then ${expression} end`;
}

/**
 * Whether READ has to be judged thing by thing: the id and the namespace of a thing that is found are known anyway, and
 * some fields the caller may read in all things.
 */
export function needsRight(field: SearchField, caller: Caller | undefined): boolean {
  if (caller?.isPartial !== true) return false;
  if (field.kind === "features") return caller.common?.mayReadFeatures !== true;
  if (field.kind === "column" && (field.column === "id" || field.column === "namespace")) return false;
  return caller.common?.mayRead(field.path) !== true;
}
