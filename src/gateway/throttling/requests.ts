// How many HTTP requests are in work at once, in all and of one subject, and how often a subject may send one.

import type { IncomingMessage, ServerResponse } from "node:http";
import { TooManyRequests } from "../../base/too-many-requests.ts";
import type { CheckRate } from "../../conversation/handling.ts";
import type { AuthContext } from "../../signals/signal.ts";
import type { Authenticate } from "../auth/authenticate.ts";
import { errorAnswer } from "../http/answers.ts";
import { pathOf } from "../http/uri.ts";
import { AGAIN_S, overloaded } from "./overloaded.ts";
import { Places } from "./places.ts";

export interface RequestLimitSettings {
  /** HTTP requests to the API that are not answered completely yet, streams of events among them. */
  readonly maxRequestsAtOnce: number;
  /** Those of one subject; 0: as many as of all. */
  readonly subjectRequestsAtOnce: number;
}

export interface RequestLimits {
  /** Counts a request that has come, or gives the answer that refuses it; until its answer is out or its client gone. */
  begin(incoming: IncomingMessage, outgoing: ServerResponse): Response | undefined;
  /** Judges by the subjects that are found: HTTP requests by their number, and at once; handshakes of WebSockets pass. */
  judging(authenticate: Authenticate): Authenticate;
}

/** Health, metrics and what else operators look at is answered whatever there is to do. */
const isOfApi = ({ url = "" }: IncomingMessage): boolean =>
  url.startsWith("/api/") || pathOf(url).startsWith("/api/");

/** Makes the limits; `rate` as `commandRate` makes it. */
export function requestLimits(
  { maxRequestsAtOnce, subjectRequestsAtOnce }: RequestLimitSettings,
  rate: CheckRate | undefined,
  onRefused: () => void,
): RequestLimits {
  let inWork = 0;
  const outgoings = new WeakMap<IncomingMessage, ServerResponse>();
  const places =
    subjectRequestsAtOnce === 0
      ? undefined
      : new Places(Number.POSITIVE_INFINITY, subjectRequestsAtOnce, (whose) => {
          onRefused();
          const message = `More than ${subjectRequestsAtOnce} requests ${whose} are in work.`;
          return new TooManyRequests(AGAIN_S, { message });
        });
  const leave = (): void => {
    inWork--;
  };

  /** A request that is not of the API, as one for the list of connections, has no place to leave. */
  function judge(incoming: IncomingMessage, auth: AuthContext): AuthContext {
    rate?.(auth);
    const outgoing = places && outgoings.get(incoming);
    if (outgoing && !outgoing.closed) outgoing.once("close", places.take(auth.subjects[0] ?? ""));
    return auth;
  }

  return {
    begin(incoming, outgoing) {
      if (!isOfApi(incoming)) return undefined;
      if (inWork >= maxRequestsAtOnce) {
        onRefused();
        return errorAnswer(overloaded(), { "retry-after": String(AGAIN_S) });
      }
      inWork++;
      outgoing.once("close", leave);
      if (places) outgoings.set(incoming, outgoing);
      return undefined;
    },

    judging(authenticate) {
      if (!rate && !places) return authenticate;
      return (incoming, query, door) => {
        const auth = authenticate(incoming, query, door);
        if (door === "ws") return auth;
        return auth instanceof Promise ? auth.then((known) => judge(incoming, known)) : judge(incoming, auth);
      };
    },
  };
}
