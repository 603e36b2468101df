// That a device speaks of itself only: a verified identity against the ID of the entity (source enforcement).

import { nameOf, namespaceOf } from "../../base/ids.ts";
import { headerPlaceholder } from "../../base/placeholders/header.ts";
import type { ExternalHeaders } from "../external-message.ts";
import type { Enforcement } from "../model.ts";
import { byPrefix, isEnforcementFilter, isEnforcementInput } from "../placeholders/scope.ts";
import { type Text, textOf } from "../placeholders/texts.ts";
import { enforcementFailed, placeholderUnresolved } from "./errors.ts";

/** What a protocol message is about; `undefined` where that is no entity alone. */
export interface Spoken {
  readonly kind: "thing" | "policy";
  readonly id: string;
}

/** Refuses what is not about the sender: with `connectivity:connection.id.enforcement.failed`. */
export type Enforce = (spoken: Spoken | undefined) => void;

/**
 * Compiles an enforcement. For one message it gives the function that judges the protocol messages which that became; a message
 * without the input is refused with `placeholder:unresolved`.
 */
export function enforcementOf(
  enforcement: Enforcement | undefined,
): (address: string, headers: ExternalHeaders) => Enforce {
  if (!enforcement) return () => () => undefined;
  const input = textOf(enforcement.input, isEnforcementInput);
  const filters = enforcement.filters.map((filter) => textOf(filter, isEnforcementFilter));
  return (address, headers) => {
    const given = input.first(byPrefix({ source: () => [address], header: headerPlaceholder(headers) }));
    if (given === undefined) throw placeholderUnresolved(enforcement.input);
    return (spoken) => {
      if (!spoken || !fits(filters, given, spoken)) throw enforcementFailed(given);
    };
  };
}

function fits(filters: readonly Text[], given: string, { kind, id }: Spoken): boolean {
  const parts: Readonly<Record<string, string>> = { id, namespace: namespaceOf(id), name: nameOf(id) };
  const ofId = (name: string): readonly string[] => [parts[name.slice(name.indexOf(":") + 1)] as string];
  const values = byPrefix({ entity: ofId, [kind]: ofId });
  return filters.some((filter) => filter.all(values).includes(given));
}
