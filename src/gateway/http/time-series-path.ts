// `…/features/{featureId}/properties/{propertyPath}/timeseries`: what of a thing a time series is asked of.

import { isNamespacedId } from "../../base/ids.ts";
import type { Path } from "../../base/json/pointer.ts";
import type { EntityRoutes, HttpRequest } from "./entity-requests.ts";
import { decodeSegment, readResourcePath } from "./uri.ts";

const LAST = "/timeseries";
const containers: readonly (string | undefined)[] = ["properties", "desiredProperties"];

export interface TimeSeriesPath {
  readonly thingId: string;
  readonly path: Path;
}

/** Reads the path of a GET on the twin; `undefined` where it is about something else. Refuses keys that no property has. */
export function timeSeriesPathOf(
  { base, rules }: EntityRoutes,
  { incoming, target, headers }: HttpRequest,
): TimeSeriesPath | undefined {
  if (!target.path.endsWith(LAST) || incoming.method !== "GET") return undefined;
  if (headers.channel === "live" || headers["live-channel-condition"] !== undefined) return undefined;
  const rest = target.path.slice(base.length + 1, -LAST.length);
  const slash = rest.indexOf("/");
  const thingId = decodeSegment(rest.slice(0, slash));
  if (slash < 0 || thingId === undefined || !isNamespacedId(thingId)) return undefined;
  const path = readResourcePath(rest.slice(slash + 1));
  const isProperty = path[0] === "features" && path.length > 3 && containers.includes(path[2]);
  if (!isProperty) return undefined;
  rules.checkPath(path);
  return { thingId, path };
}
