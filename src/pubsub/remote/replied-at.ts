// Where the replies to a signal are waited for, which goes along with it to whoever may reply.

import type { Cluster } from "../../cluster/cluster.ts";
import { durationMs } from "../../protocol/timeout.ts";
import type { Origins } from "../../signals/origins.ts";
import { REPLY_MS, type ReplyRoute, type ReplyRoutes } from "../../signals/reply-routes.ts";
import type { DittoHeaders } from "../../signals/signal.ts";
import { requestedAcks } from "../pubsub.ts";
import type { Signal } from "../said.ts";

export interface RepliedAtParts {
  readonly cluster: Pick<Cluster, "self">;
  readonly origins: Pick<Origins, "memberOf">;
  readonly routes: ReplyRoutes;
  readonly isExpected: (id: string, correlationId: string) => boolean;
}

/** A signal as it is told to all, by a correlation ID that no other one of its thing has at the moment. */
export interface Told<T extends Signal> {
  readonly told: T;
  /** Absent where it can have no replies. */
  readonly replies: ReplyRoute | undefined;
}

/** Finds and remembers it, for a signal that is about to be published here. */
export function repliedAt({ cluster, origins, routes, isExpected }: RepliedAtParts) {
  return <T extends Signal>(signal: T, origin: object | undefined): Told<T> => {
    const { id, headers } = signal;
    const correlationId = headers["correlation-id"];
    if (typeof correlationId !== "string" || !mayHaveReplies(signal))
      return { told: signal, replies: undefined };
    const member = origins.memberOf(origin);
    const replies = { member, correlationId };
    const isOwn = member === cluster.self.id;
    // What is waited for here, and told as it is, is found without being remembered.
    if (isOwn && !routes.of(id, correlationId)) return { told: signal, replies };
    const isTaken = isOwn ? undefined : (other: string) => isExpected(id, other);
    const toldBy = routes.begin(id, replies, waitOf(headers), isTaken);
    if (toldBy === correlationId) return { told: signal, replies };
    return { told: { ...signal, headers: { ...headers, "correlation-id": toldBy } }, replies };
  };
}

/** Remembers it for a signal that another member has published. */
export function withRoute(routes: ReplyRoutes, { id, headers }: Signal, route: ReplyRoute): void {
  const correlationId = headers["correlation-id"];
  if (typeof correlationId === "string") routes.note(id, correlationId, route, waitOf(headers));
}

const mayHaveReplies = (signal: Signal): boolean =>
  requestedAcks(signal.headers).length > 0 ||
  ("says" in signal && signal.says !== "live-event" && signal.headers["response-required"] !== false);

/** How long replies are waited for at most, with the time for their way. */
function waitOf({ timeout }: DittoHeaders): number {
  try {
    return timeout === undefined ? REPLY_MS : durationMs(timeout) + 5_000;
  } catch {
    return REPLY_MS; // headers that the server made itself are not checked
  }
}
