// What a subscriber asks for: START-SEND-…?namespaces=…&filter=…&extraFields=…, and the parameters of server-sent events.

import { extraFieldsOf } from "./extra-fields.ts";
import { signalFilter } from "./filter.ts";
import { isApart, type Selection } from "./selection.ts";

/** As text. Namespaces and extra fields that are empty count as absent. */
export interface SelectionParameters {
  /** Names between commas. */
  readonly namespaces?: string | null | undefined;
  /** RQL. */
  readonly filter?: string | null | undefined;
  /** A field selector that may hold placeholders. */
  readonly extraFields?: string | null | undefined;
  /** IDs of things or addresses of boxes, not both. */
  readonly about?: readonly string[] | undefined;
}

/**
 * What a subscriber asks for. A filter that is none is refused with `rql.expression.invalid`, extra fields that
 * are none as {@link extraFieldsOf} does. Each stream may have all of them.
 */
export function selectionOf({ namespaces, filter, extraFields, about }: SelectionParameters): Selection {
  const names = namespaces ? new Set(namespaces.split(",").map((name) => name.trim())) : undefined;
  const wanted = typeof filter === "string" ? signalFilter(filter) : undefined;
  const extra = extraFields ? extraFieldsOf(extraFields) : undefined;
  const places = about && [...new Set(about)].sort();
  const wish = keyOf(wanted?.text, extra?.text);
  return {
    ...(places && { about: places }),
    ...(names && { namespaces: names }),
    ...(wanted && { filter: wanted }),
    ...(extra && { extraFields: extra }),
    ...(wanted && extra && { isFilterApart: isApart(wanted, extra) }),
    key: places || names ? keyOf(wanted?.text, extra?.text, names && [...names].sort(), places) : wish,
    wish,
  };
}

const keyOf = (...parts: readonly unknown[]): string =>
  parts.some((part) => part !== undefined) ? JSON.stringify(parts) : "";
