// Requests for things that devices answer: `channel=live`, and reads for which a condition chooses the channel
// (basic-conditional-requests page).

import { awaitedLiveOverHttp, liveCommandTimeouts } from "../../dispatch/acks/awaited-live.ts";
import type { Live, LiveOutcome } from "../../dispatch/live/live.ts";
import { isSmart } from "../../dispatch/live/smart.ts";
import { unsupportedHeader } from "../../protocol/headers.ts";
import type { LiveCommand, LiveResponse } from "../../signals/live.ts";
import type { Command, DittoHeaders } from "../../signals/signal.ts";
import { CONDITION_MATCHED } from "./condition-matched.ts";
import { type EntityRoutes, type HttpRequest, locationOf, waiterOf } from "./entity-requests.ts";
import { unsupportedPatchType } from "./errors.ts";
import { outcomeAnswer, type Putting } from "./live-answers.ts";

const isLive = ({ channel }: DittoHeaders): boolean => channel === "live";

/** Refuses a request that no device answers, lest the twin answers who asked for a device. */
export function refuseLive({ headers }: HttpRequest): void {
  if (isLive(headers)) throw unsupportedHeader("channel", "live");
  const condition = headers["live-channel-condition"];
  if (condition !== undefined) throw unsupportedHeader("live-channel-condition", String(condition));
}

/** Sends a command to a device, or to twin and device as its conditions say, and answers. */
export function liveRequest(
  routes: EntityRoutes,
  request: HttpRequest,
  command: Command,
  live: Live,
): Promise<Response> {
  request.dispatched = command;
  if (command.patchFormat) throw unsupportedPatchType(String(request.incoming.headers["content-type"]));
  if (isSmart(command)) return smart(routes, request, command, live);
  const said: LiveCommand = { ...command, kind: "thing", says: "live-command" };
  request.awaited = awaitedLiveOverHttp(said, liveCommandTimeouts);
  const waiter = waiterOf(request, said.id, routes.maxRequestBytes);
  const location = ({ id, path }: LiveResponse) => locationOf(routes, request, id, path);
  return answered(request, live.send(said, request.awaited, waiter, undefined), { location });
}

function smart(routes: EntityRoutes, request: HttpRequest, command: Command, live: Live): Promise<Response> {
  request.awaited = awaitedLiveOverHttp(command, liveCommandTimeouts);
  const waiter = waiterOf(request, command.id, routes.maxRequestBytes);
  const outcome = live.retrieveSmart(command, request.awaited, waiter, undefined);
  return answered(request, outcome, { more: { [CONDITION_MATCHED]: "true" } });
}

async function answered(
  request: HttpRequest,
  outcome: Promise<LiveOutcome>,
  putting: Putting,
): Promise<Response> {
  return outcomeAnswer(request, await outcome, putting);
}
