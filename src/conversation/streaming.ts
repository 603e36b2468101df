// The streams of past events of a session.

import type { OpenPast, PastEvents } from "../dispatch/history/past-events.ts";
import {
  type AskedPast,
  type PastOf,
  printPast,
  printPastEvent,
  printStreaming,
  printStreamingFailed,
  type StreamingCommand,
} from "../protocol/streaming.ts";
import type { Outlet } from "./outlet.ts";
import type { Portions, PulledRefusals, PulledWords } from "./pulled.ts";
import { type Asker, sessionPulls } from "./pulls.ts";
import * as errors from "./streaming-errors.ts";

export interface StreamingParts {
  readonly openPast: OpenPast;
  /** How long a stream goes on without anything being asked or told, in milliseconds: as long as a search, as in Ditto. */
  readonly searchIdleMs: number;
  readonly onFault: (error: unknown, correlationId: string) => void;
}

export interface StreamingSubscriptions {
  /** Does what a client asks of the past of an entity; everything that comes of it is sent. */
  take(command: StreamingCommand, of: PastOf, asker: Asker): void;
  /** Ends all, and says so. */
  abort(): void;
  /** Ends all in silence. */
  end(): void;
}

const refusals: PulledRefusals = {
  notFound: errors.streamNotFound,
  demandInvalid: errors.streamDemandInvalid,
  isOver: errors.streamOver,
  timeout: errors.streamTimeout,
  aborted: errors.streamAborted,
  tooMany: errors.tooManyStreams,
};

/** Makes the streams of a session, which are told through its outlet. */
export function streamingSubscriptions(
  outlet: Outlet,
  { openPast, searchIdleMs, onFault }: StreamingParts,
): StreamingSubscriptions {
  const pulls = sessionPulls(outlet, { refusals, idleMs: searchIdleMs, onFault });
  return {
    take(command, of, asker) {
      const words = wordsOf(of);
      if (command.action !== "subscribeForPersistedEvents") pulls.take(command, words, asker);
      else pulls.begin(words, (id) => eventsOf(id, of, command.past, asker, openPast), asker);
    },
    abort: pulls.abort,
    end: pulls.end,
  };
}

const wordsOf = (of: PastOf): PulledWords => ({
  print: (event, id, headers) => printStreaming(of, event, id, headers),
  printFailed: (id, error, headers) => printStreamingFailed(of, id, error, headers),
});

/** The events of the past, which is opened with the first. */
function eventsOf(id: string, of: PastOf, asked: AskedPast, asker: Asker, open: OpenPast): Portions {
  const { auth, headers } = asker;
  let past: PastEvents | undefined;
  let isCancelled = false;
  return {
    async next(max, told) {
      past ??= await open(of.kind, of.id, asked, auth, headers);
      if (isCancelled) past.cancel();
      const events = await past.next(max);
      return events?.map((event) => printPast(of, id, printPastEvent(event, headers, auth), told()));
    },
    get isOver() {
      return past?.isOver;
    },
    cancel() {
      isCancelled = true;
      past?.cancel();
    },
  };
}
