// Who carries out what is asked: this member, or in a cluster the owner of the entity.

import type { Logger } from "pino";
import type { Cluster } from "./cluster/cluster.ts";
import type { Waiting, WhenIndexed } from "./dispatch/acks/outcome.ts";
import { type Dispatch, dispatcher } from "./dispatch/dispatcher.ts";
import { forwardedActions, forwardedDispatch, forwardedWhenIndexed } from "./dispatch/forwarding/commands.ts";
import { liveOwners } from "./dispatch/forwarding/live-owners.ts";
import { Owners } from "./dispatch/forwarding/owners.ts";
import type { Live } from "./dispatch/live/live.ts";
import { liveDispatch } from "./dispatch/live/live-dispatch.ts";
import type { PublishParts } from "./dispatch/live/publish.ts";
import type { ActOnPolicy } from "./dispatch/policy-actions.ts";
import type { Parts } from "./dispatch/ready.ts";
import type { Turns } from "./dispatch/turns.ts";
import type { Spans } from "./ops/tracing/spans.ts";
import { tracedDispatch } from "./ops/tracing/traced.ts";
import type { Origins } from "./signals/origins.ts";

export interface CarryingOutParts {
  readonly cluster: Cluster;
  readonly origins: Origins;
  readonly parts: Parts;
  readonly publishLive: PublishParts["publishLive"];
  readonly turns: Turns;
  readonly waiting: Waiting;
  /** Closes the dispatcher of this member to what is blocked. */
  readonly guard: (dispatch: Dispatch) => Dispatch;
  /** Carries out actions on policies here. */
  readonly act: ActOnPolicy;
  /** Tells what the index of this member holds. */
  readonly whenIndexed: WhenIndexed;
  /** Absent where nothing is traced. */
  readonly spans: Spans | undefined;
  readonly log: Logger;
}

export interface CarriedOut {
  readonly dispatch: Dispatch;
  /** Carries a command out here, and once: rejects with 503 where this member does not own the entity. */
  readonly dispatchHere: Dispatch;
  readonly act: ActOnPolicy;
  readonly live: Live;
  readonly whenIndexed: WhenIndexed;
}

/** Makes it; in a cluster, what other members ask for is answered from now on. */
export function carryingOut(asked: CarryingOutParts): CarriedOut {
  const { parts, turns, spans, waiting, publishLive } = asked;
  const plain = asked.guard(dispatcher(parts, turns));
  const here = spans ? tracedDispatch(spans, plain) : plain;
  const publishParts = { ...parts, publishLive };
  if (asked.cluster.isAlone) {
    const live = liveDispatch({ ...publishParts, waiting, dispatch: here }, turns);
    return { dispatch: here, dispatchHere: here, act: asked.act, live, whenIndexed: asked.whenIndexed };
  }
  const { cluster, origins, log } = asked;
  const owners = new Owners({
    cluster,
    turns,
    onFault: (error) => log.error({ err: error }, "what another member asked for failed"),
  });
  const { dispatch: forwarded, dispatchHere } = forwardedDispatch(owners, origins, parts, here);
  const dispatch = spans ? tracedDispatch(spans, forwarded) : forwarded;
  return {
    dispatch,
    dispatchHere,
    act: forwardedActions(owners, origins, parts, asked.act),
    live: liveDispatch(
      { ...publishParts, waiting, dispatch, owners: liveOwners(owners, origins, publishParts, turns) },
      turns,
    ),
    whenIndexed: forwardedWhenIndexed(owners, asked.whenIndexed),
  };
}
