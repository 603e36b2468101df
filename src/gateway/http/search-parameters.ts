// What a search is asked by: the parameters of its URI, or of its form. A parameter may be given several times.

import { parseFields } from "../../base/json/fields.ts";
import type { Path } from "../../base/json/pointer.ts";
import type { NamespaceAccess } from "../../conversation/namespace-access.ts";
import type { DittoHeaders } from "../../signals/signal.ts";

/** Every filter has to hold. They are put together before they are judged, as in Ditto, so an empty one is no filter. */
export const filterOf = (given: URLSearchParams): string | undefined => allOf(given.getAll("filter"));

const allOf = (criteria: readonly string[]): string | undefined =>
  criteria.length === 0 ? undefined : `and(${criteria.join(",")})`;

/**
 * The namespaces that a search is confined to, if it is; refuses with `gateway:namespace.notaccessible` those that are asked
 * for and must not be reached.
 */
export function namespacesOf(
  texts: readonly string[],
  reach: NamespaceAccess | undefined,
): readonly string[] | undefined {
  const names = texts.flatMap((text) => text.split(",")).filter((name) => name !== "");
  const asked = texts.length === 0 ? undefined : [...new Set(names)];
  return reach ? reach.namespacesFor(asked) : asked;
}

/** The options one behind the other. The last parenthesis of each text may be missing, and a comma may follow it. */
export function optionOf(given: URLSearchParams): string | undefined {
  const texts = given.getAll("option");
  if (texts.length === 0) return undefined;
  return texts
    .flatMap((text) => text.replace(/(?<=\)),$/, "").split(/(?<=\)),/))
    .map((option) => (option.endsWith(")") ? option : `${option})`))
    .join(",");
}

/** What is to be told of each thing; nothing of it where the parameter is empty. */
export function fieldsOf(given: URLSearchParams): readonly Path[] | undefined {
  const texts = given.getAll("fields");
  if (texts.length === 0) return undefined;
  const named = texts.filter((text) => text !== "");
  return named.length === 0 ? [] : parseFields(named.join(","));
}

/** The headers of a search by form, in which the condition on each thing can be a field. */
export function headersOf(form: URLSearchParams, headers: DittoHeaders): DittoHeaders {
  const condition = allOf(form.getAll("condition"));
  return condition === undefined ? headers : { ...headers, condition };
}
