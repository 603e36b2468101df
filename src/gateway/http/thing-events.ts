// Changes of things as server-sent events (httpapi-sse page).

import { isNamespacedId, namespaceOf } from "../../base/ids.ts";
import { parseFields } from "../../base/json/fields.ts";
import { type Path, printPath } from "../../base/json/pointer.ts";
import { accessibleNamespaces } from "../../conversation/access.ts";
import type { Delivery, Subscriber } from "../../pubsub/delivery.ts";
import type { Pubsub } from "../../pubsub/pubsub.ts";
import { selectionOf } from "../../pubsub/select.ts";
import type { EntityEvent } from "../../signals/signal.ts";
import { thingIdInvalid } from "../../things/errors.ts";
import { projectionOf, type Shown } from "../sse/projection.ts";
import type { PushedStream, PushedStreams } from "../sse/pushed.ts";
import type { Listener } from "../sse/streams.ts";
import type { HttpRequest } from "./entity-requests.ts";
import { fieldSelectionInvalid } from "./errors.ts";
import { decodeSegment, readResourcePath, type Target } from "./uri.ts";

export interface ThingEventParts {
  readonly pubsub: Pick<Pubsub, "subscribe" | "announced">;
  readonly pushed: PushedStreams;
}

/** Which things a stream is about, and what it shows of them. */
export interface EventTarget extends Shown {
  /** Absent: all things. */
  readonly ids?: readonly string[];
}

/** Streams the changes of the things that the caller may read and asks for. */
export async function thingEvents(
  { pubsub, pushed }: ThingEventParts,
  request: HttpRequest,
  target: EventTarget,
): Promise<Response> {
  const selection = selectionOf({
    namespaces: parameterOf(request.target, "namespaces"),
    filter: parameterOf(request.target, "filter"),
    extraFields: parameterOf(request.target, "extraFields"),
    about: target.ids,
  });
  const wish = { stream: "EVENTS", subjects: request.auth.subjects, selection } as const;
  await pubsub.announced(wish);
  return pushed.open(listenerOf(request), (stream) =>
    pubsub.subscribe({ ...wish, subscriber: subscriberOf(stream, request, target) }),
  );
}

function subscriberOf(stream: PushedStream, { reach }: HttpRequest, target: EventTarget): Subscriber {
  const isAccessible = accessibleNamespaces(reach);
  const projection = projectionOf(target);
  return {
    deliver(delivery) {
      if (!isOfTwin(delivery)) return;
      if (!isAccessible(namespaceOf(delivery.signal.id))) return;
      const text = projection.textOf(delivery);
      if (text) stream.send(text);
    },
  };
}

type TwinDelivery = Delivery & { readonly signal: EntityEvent };
const isOfTwin = (delivery: Delivery): delivery is TwinDelivery => !("says" in delivery.signal);

/** Who listens to the stream that a request opens. */
export const listenerOf = ({ auth, headers, onFault }: HttpRequest): Listener => ({
  auth,
  onFault: (error) => onFault(error, headers["correlation-id"] as string),
});

/** A parameter of the query; of one that is given several times the last counts here, as in Ditto. */
export const parameterOf = ({ query }: Target, name: string): string | undefined =>
  query?.getAll(name).at(-1);

/** Reads the path and the query of a stream's request; refuses what is no ID of a thing, and what no thing has. */
export function eventTargetOf(base: string, target: Target): EventTarget {
  const [rawId = "", ...rest] = target.path.slice(base.length + 1).split("/");
  const given = parameterOf(target, "fields");
  const fields = given ? checkedFields(given, parseFields(given)) : undefined;
  if (rawId === "") {
    const ids = parameterOf(target, "ids")?.split(",").map(checkedId);
    return { path: [], fields, ...(ids && { ids }) };
  }
  const ids = [checkedId(decodeSegment(rawId) ?? rawId)];
  const path = readResourcePath(rest.join("/"));
  return path.length > 0
    ? { path: checkedFields(printPath(path), [path])[0] as Path, ids }
    : { path, fields, ids };
}

/** The ID that a request names, which must be one. */
export function checkedId(id: string): string {
  if (!isNamespacedId(id)) throw thingIdInvalid(id);
  return id;
}

/** What of a thing can be selected: whole, or members of it as well. */
const selectable: Readonly<Record<string, "whole" | "members">> = {
  thingId: "whole",
  policyId: "whole",
  definition: "whole",
  _namespace: "whole",
  _revision: "whole",
  _created: "whole",
  _modified: "whole",
  _policy: "whole",
  _metadata: "members",
  _context: "members",
  attributes: "members",
  features: "members",
};

function checkedFields(text: string, fields: readonly Path[]): readonly Path[] {
  const isSelectable = ([first = "", ...below]: Path): boolean =>
    Object.hasOwn(selectable, first) && (below.length === 0 || selectable[first] === "members");
  if (!fields.every(isSelectable)) throw fieldSelectionInvalid(text);
  return fields;
}
