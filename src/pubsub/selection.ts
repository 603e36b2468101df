// Which signals a subscriber wants of those that it may see, and with which extra fields (basic-changenotifications and
// basic-enrichment pages).

import type { Path } from "../base/json/pointer.ts";
import type { ExtraFields } from "./extra-fields.ts";
import type { RqlFilter, SignalFilter } from "./filter.ts";

export interface Selection {
  /** The addresses of interest, each once and none within another (addresses.ts); absent: all. */
  readonly about?: readonly string[];
  /** The places of interest (places.ts), in place of addresses, of a subscription to events; absent: all. */
  readonly places?: readonly string[];
  /** The only namespaces of interest; absent: all. */
  readonly namespaces?: ReadonlySet<string>;
  readonly filter?: SignalFilter;
  readonly extraFields?: ExtraFields;
  /** Whether the filter matches the same with the extra fields and without; then these are selected for what matches only. */
  readonly isFilterApart?: boolean;
  /** Equal for selections that choose the same. */
  readonly key: string;
  /** Equal for selections with the same filter and extra fields: they show the same of what they have in common. */
  readonly wish: string;
}

const known = new WeakMap<RqlFilter, WeakMap<ExtraFields, boolean>>();

/** Whether a filter looks at nothing that extra fields may tell. */
export function isApart(filter: RqlFilter, extraFields: ExtraFields): boolean {
  const ofFilter = known.get(filter) ?? new WeakMap<ExtraFields, boolean>();
  known.set(filter, ofFilter);
  const isIt = ofFilter.get(extraFields) ?? judge(filter, extraFields);
  ofFilter.set(extraFields, isIt);
  return isIt;
}

/** What special fields tell depends on whether there are any extra fields. */
function judge({ paths }: RqlFilter, { fixed }: ExtraFields): boolean {
  if (!fixed || paths.some(([name]) => name?.startsWith("_"))) return false;
  return !paths.some((path) => fixed.some((field) => isWithin(path, field) || isWithin(field, path)));
}

/** Whether one path is at or below another, in which an asterisk stands for any key. */
const isWithin = (path: Path, other: Path): boolean =>
  other.length <= path.length && other.every((key, i) => key === path[i] || key === "*" || path[i] === "*");

/** The selection that leaves nothing out and adds nothing. */
export const everything: Selection = { key: "", wish: "" };
