// Messages of sources, handed to the conversation that sessions have too.

import { converse } from "../../conversation/converse.ts";
import type { AnswerParts, Sender } from "../../conversation/handling.ts";
import type { Outlet } from "../../conversation/outlet.ts";
import { type Searches, type SearchParts, sessionSearches } from "../../conversation/searches.ts";
import {
  type StreamingParts,
  type StreamingSubscriptions,
  streamingSubscriptions,
} from "../../conversation/streaming.ts";
import type { Converse, Peer } from "./converse.ts";

export interface SpeakParts extends AnswerParts, SearchParts, StreamingParts {}

/** What a peer has asked for that goes on; made when he first asks for something of the kind. */
interface GoingOn {
  readonly searches: Searches;
  readonly streams: StreamingSubscriptions;
}

/** Makes the conversation with the peers of connections. */
export function conversations(parts: SpeakParts): Converse {
  const goingOn = new WeakMap<Peer, GoingOn>();

  function of(peer: Peer): GoingOn {
    const known = goingOn.get(peer) ?? begun(peer, parts);
    goingOn.set(peer, known);
    return known;
  }

  return async ({ message, auth, peer, characters }) => {
    const sender: Sender = {
      auth,
      origin: peer.origin,
      reach: undefined,
      declaredAcks: peer.declaredAcks,
      acks: peer.acks,
      settlesByAcks: peer.settlesByAcks,
      onGone: peer.onGone,
      get searches() {
        return of(peer).searches;
      },
      get streams() {
        return of(peer).streams;
      },
    };
    return converse(message, characters, sender, parts, nothing);
  };
}

const nothing = (): void => undefined;

function begun(peer: Peer, parts: SpeakParts): GoingOn {
  // Whoever answers for the source bounds what waits to be published.
  const outlet: Outlet = {
    send: (text) => peer.tell(text),
    sendPage: async (text) => peer.tell(text),
    drained: () => Promise.resolve(),
  };
  const searches = sessionSearches(outlet, parts);
  const streams = streamingSubscriptions(outlet, parts);
  peer.onGone(() => {
    searches.end();
    streams.end();
  });
  return { searches, streams };
}
