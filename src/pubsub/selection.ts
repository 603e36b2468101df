// Which signals a subscriber wants of those that it may see, and with which extra fields (basic-changenotifications and
// basic-enrichment pages).

import type { ExtraFields } from "./extra-fields.ts";
import type { SignalFilter } from "./filter.ts";

export interface Selection {
  /** The addresses of interest, each once and none within another (addresses.ts); absent: all. */
  readonly about?: readonly string[];
  /** The places of interest (places.ts), in place of addresses, of a subscription to events; absent: all. */
  readonly places?: readonly string[];
  /** The only namespaces of interest; absent: all. */
  readonly namespaces?: ReadonlySet<string>;
  readonly filter?: SignalFilter;
  readonly extraFields?: ExtraFields;
  /** Equal for selections that choose the same. */
  readonly key: string;
  /** Equal for selections with the same filter and extra fields: they show the same of what they have in common. */
  readonly wish: string;
}

/** The selection that leaves nothing out and adds nothing. */
export const everything: Selection = { key: "", wish: "" };
