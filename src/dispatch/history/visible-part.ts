import { isObject } from "../../base/json/json.ts";
import type { Access } from "../../policies/enforcer.ts";
import type { EntityEvent } from "../../signals/signal.ts";

/** An event as far as a reader may see it; `undefined` where that is nothing. Of a whole entity its ID stays. */
export function visiblePart(event: EntityEvent, access: Access): EntityEvent | undefined {
  const { kind, id, path, action, value } = event;
  if (access.hasUnrestricted(kind, path, "READ")) return event;
  if (!access.hasPartial(kind, path, "READ")) return undefined;
  if (value === undefined) return event;
  const view = access.view(kind, value, path);
  if (view === value) return event;
  if (view === undefined || (isObject(view) && Object.keys(view).length === 0)) return undefined;
  const isWhole = path.length === 0 && isObject(view) && action !== "merged";
  const { metadata: _, ...rest } = event;
  return { ...rest, value: isWhole ? { [`${kind}Id`]: id, ...view } : view };
}
