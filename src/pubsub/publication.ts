// One signal on its way to its audiences: what they share of it is made once, and only when somebody wants it.

import type { TwinError } from "../base/errors.ts";
import { namespaceOf } from "../base/ids.ts";
import type { JsonObject, JsonValue } from "../base/json/json.ts";
import type { Access } from "../policies/enforcer.ts";
import { printError, printEvent } from "../protocol/envelope.ts";
import { printLiveSignal } from "../protocol/print-live.ts";
import type { EntityState } from "../signals/signal.ts";
import { thingOf } from "../things/thing-of-event.ts";
import { type Allowance, fullAllowance, isAmple } from "./allowance.ts";
import type { Delivery } from "./delivery.ts";
import { enrichmentFailed, extraOf } from "./enrich.ts";
import type { ExtraFields } from "./extra-fields.ts";
import type { PreDefined } from "./pre-defined.ts";
import type { Signal } from "./said.ts";
import type { Selection } from "./selection.ts";
import type { Sight } from "./sight.ts";
import { type Select, selectFrom, selectOnce } from "./thing-fields.ts";

export interface Publication {
  /** What those get who have this sight of the signal and these rights; one audience at a time, since it has an allowance. */
  seenWith(sight: Sight, access: Access): View;
}

/** What is delivered to those with a selection; `undefined` where that is nothing. */
export type View = (selection: Selection) => Delivery | undefined;

export function publicationOf(
  signal: Signal,
  state: EntityState | undefined,
  origin: object | undefined,
  preDefined?: PreDefined,
): Publication {
  const namespace = namespaceOf(signal.id);
  const select = state && selectorOf(signal, stateBeside(signal, state), preDefined);
  /** For those who see all of the signal, and all of the thing if they asked for some of it; by their wish. */
  const shared = new Map<string, Delivery | undefined>();
  let whole: Parts | undefined;

  return {
    seenWith(sight, access) {
      const isWhole = sight.signal === signal;
      const allowance = fullAllowance();
      let own: Map<string, Delivery | undefined> | undefined;
      let parts: Parts | undefined;
      return (selection) => {
        const { wish, namespaces, extraFields } = selection;
        if (namespaces && !namespaces.has(namespace)) return undefined;
        const isShared = isWhole && (!extraFields || access.hasUnrestricted("thing", [], "READ"));
        const known = isShared && shared.has(wish) ? shared : own;
        if (known?.has(wish)) return known.get(wish);
        const isSame = isAmple(allowance);
        if (isShared) whole ??= partsOf(sight, select, access);
        else parts ??= partsOf(sight, select, access);
        const delivery = deliveryFor(selection, (isShared ? whole : parts) as Parts, allowance, origin);
        // Nobody else is to miss anything because this audience asks for much.
        const isForAll = isShared && isSame && !delivery?.failure;
        if (!isForAll) own ??= new Map();
        (isForAll ? shared : own)?.set(wish, delivery);
        return delivery;
      };
    },
  };
}

function deliveryFor(
  { filter, extraFields, isFilterApart = false }: Selection,
  parts: Parts,
  allowance: Allowance,
  origin: object | undefined,
): Delivery | undefined {
  const { signal, value } = parts;
  const isWanted = (extra: JsonObject | undefined): boolean =>
    !filter || filter.matches(signal, () => parts.thing(extra), extra, allowance);
  try {
    if (isFilterApart && !isWanted(undefined)) return undefined;
    const extra = extraFields && parts.extra(extraFields, allowance);
    if (!isFilterApart && !isWanted(extra)) return undefined;
    return deliveryOf(signal, value, extra, origin);
  } catch (error) {
    if (!enrichmentFailed.is(error)) throw error;
    return failedDelivery(signal, error, origin, () => deliveryOf(signal, value, undefined, origin));
  }
}

/** A deleted thing has the revision and the time of its deletion. */
function stateBeside(signal: Signal, state: EntityState): EntityState {
  if ("says" in signal || state.revision === signal.revision) return state;
  return { ...state, revision: signal.revision, modified: signal.timestamp };
}

/** Selects of the thing, if there is anything of it. */
function selectorOf(signal: Signal, state: EntityState, preDefined?: PreDefined): Select | undefined {
  if (!state.value) return undefined;
  const select = selectFrom(signal.id, state, state.value);
  return preDefined ? selectOnce(select, () => preDefined(signal, state)) : select;
}

/** What different selections have in common for those who see the same; each part is made once. */
interface Parts {
  readonly signal: Signal;
  readonly value: JsonValue | undefined;
  /** Refuses with `signal.enrichment.failed`. */
  extra(fields: ExtraFields, allowance: Allowance): JsonObject | undefined;
  thing(extra: JsonObject | undefined): JsonObject;
}

function partsOf({ signal, value }: Sight, select: Select | undefined, access: Access): Parts {
  const extras = new Map<ExtraFields, JsonObject | undefined>();
  const things = new Map<JsonObject | undefined, JsonObject>();
  return {
    signal,
    value,
    extra(fields, allowance) {
      if (!select || extras.has(fields)) return extras.get(fields);
      const extra = extraOf(fields.fieldsFor(signal), select, access, allowance);
      extras.set(fields, extra);
      return extra;
    },
    thing(extra) {
      const known = things.get(extra);
      if (known) return known;
      const thing = thingOf(signal, value, extra);
      things.set(extra, thing);
      return thing;
    },
  };
}

function deliveryOf(
  signal: Signal,
  value: JsonValue | undefined,
  extra: JsonObject | undefined,
  origin: object | undefined,
): Delivery {
  let text: string | undefined;
  const print = (requestedAcks?: readonly string[]) =>
    "says" in signal
      ? printLiveSignal(signal, { value, extra, requestedAcks })
      : printEvent(signal, value === undefined ? undefined : JSON.stringify(value), {
          extra,
          ...(requestedAcks && { requestedAcks }),
        });
  return {
    ...{ signal, value, extra, origin },
    text() {
      text ??= print();
      return text;
    },
    textWith: print,
  };
}

/** As in Ditto, the error of what could not be enriched comes in its place. */
function failedDelivery(
  signal: Signal,
  failure: TwinError,
  origin: object | undefined,
  bare: () => Delivery,
): Delivery {
  const about = {
    kind: "thing",
    id: signal.id,
    ...("says" in signal && { channel: "live" as const }),
  } as const;
  const text = () => printError(failure, signal.headers, about);
  return { signal, value: undefined, extra: undefined, failure, bare, origin, text, textWith: text };
}
