// How many WebSocket sessions are open at once.

import { TooManyRequests } from "../../base/too-many-requests.ts";
import { Places } from "./places.ts";

export interface SessionSettings {
  readonly wsMaxSessions: number;
  /** Of one subject; 0: as many as of all. */
  readonly subjectWsSessions: number;
}

/** Who is refused tries again with others; not at once, since sessions stay. */
const AGAIN_S = 10;

/** Makes the places for sessions; handshakes are refused with `too.many.requests` where there is none. */
export const sessionPlaces = (
  { wsMaxSessions, subjectWsSessions }: SessionSettings,
  onRefused: () => void,
): Places =>
  new Places(wsMaxSessions, subjectWsSessions === 0 ? wsMaxSessions : subjectWsSessions, (whose) => {
    onRefused();
    return new TooManyRequests(AGAIN_S, {
      message: `Too many WebSocket sessions ${whose} are open.`,
      description: "Try again later, or close some of them.",
    });
  });
