// Replies find who waits for them, at whichever member of the cluster that is.

import type { JsonObject } from "../../base/json/json.ts";
import { parseStored } from "../../base/json/parse.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import { liveAnswerOfJson, liveJson } from "../../protocol/wire-signals.ts";
import type { LiveAnswer } from "../../signals/live.ts";
import type { ReplyRoute, ReplyRoutes } from "../../signals/reply-routes.ts";
import type { Ack } from "./ack.ts";
import type { Replies } from "./replies.ts";

/**
 * Those of a cluster on top of those of this member. Who waits does so where he asked; `routes` remember of what was told here where that is.
 * Replies that are lost on their way are as if they had not come.
 */
export function clusteredReplies<T extends Replies>(
  cluster: Cluster,
  local: T,
  routes: ReplyRoutes,
): Replies {
  if (cluster.isAlone) return local;
  const { wire, self } = cluster;

  wire.onTold("reply.ack", (payload) => {
    const { id, correlationId, ack, characters } = parseStored(payload) as JsonObject;
    local.ack(id as string, correlationId as string, ack as unknown as Ack, characters as number);
  });
  wire.onTold("reply.answer", (payload) => {
    local.answer(liveAnswerOfJson(parseStored(payload)));
  });

  return {
    expect: local.expect,
    isExpected: (id, correlationId) =>
      local.isExpected(id, correlationId) || routes.of(id, correlationId) !== undefined,

    ack(id, correlationId, ack, characters = 0) {
      const route = routes.of(id, correlationId);
      if (!route) return local.ack(id, correlationId, ack, characters);
      const told = { ...ack, headers: withId(ack.headers, route) };
      if (route.member === self.id) return local.ack(id, route.correlationId, told, characters);
      const reply = { id, correlationId: route.correlationId, ack: told, characters };
      wire.tell(route.member, "reply.ack", JSON.stringify(reply));
      return true;
    },

    answer(answer) {
      const correlationId = answer.headers["correlation-id"];
      if (typeof correlationId !== "string") return false;
      const route = routes.of(answer.id, correlationId);
      if (!route) return local.answer(answer);
      const told: LiveAnswer = { ...answer, headers: withId(answer.headers, route) };
      if (route.member === self.id) return local.answer(told);
      wire.tell(route.member, "reply.answer", JSON.stringify(liveJson(told)));
      return true;
    },
  };
}

/** By the correlation ID that is known where they wait. */
const withId = (headers: Ack["headers"], { correlationId }: ReplyRoute): Ack["headers"] =>
  headers["correlation-id"] === undefined ? headers : { ...headers, "correlation-id": correlationId };
