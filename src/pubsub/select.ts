// What a subscriber asks for: START-SEND-…?namespaces=…&filter=…&extraFields=…, and the parameters of server-sent events.

import { extraFieldsOf } from "./extra-fields.ts";
import { signalFilter } from "./filter.ts";
import type { Selection } from "./selection.ts";

/** As text. Namespaces and extra fields that are empty count as absent. */
export interface SelectionParameters {
  /** Names between commas. */
  readonly namespaces?: string | null | undefined;
  /** RQL. */
  readonly filter?: string | null | undefined;
  /** A field selector that may hold placeholders. */
  readonly extraFields?: string | null | undefined;
}

/**
 * What a subscriber asks for. A filter that is none is refused with `rql.expression.invalid`, extra fields that
 * are none as {@link extraFieldsOf} does. Each stream may have all of them.
 */
export function selectionOf({ namespaces, filter, extraFields }: SelectionParameters): Selection {
  const names = namespaces ? new Set(namespaces.split(",").map((name) => name.trim())) : undefined;
  const wanted = typeof filter === "string" ? signalFilter(filter) : undefined;
  const extra = extraFields ? extraFieldsOf(extraFields) : undefined;
  const isEverything = !names && !wanted && !extra;
  return {
    ...(names && { namespaces: names }),
    ...(wanted && { filter: wanted }),
    ...(extra && { extraFields: extra }),
    key: isEverything ? "" : JSON.stringify([names && [...names].sort(), wanted?.text, extra?.text]),
  };
}
