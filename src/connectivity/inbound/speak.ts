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
import type { AuthContext } from "../../signals/signal.ts";
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

  const senders = new WeakMap<Peer, Sender>();

  /** Most sources speak for the same subjects with every message. */
  function senderOf(peer: Peer, auth: AuthContext): Sender {
    const known = senders.get(peer);
    if (known?.auth === auth) return known;
    const sender = newSender(peer, auth);
    senders.set(peer, sender);
    return sender;
  }

  function newSender(peer: Peer, auth: AuthContext): Sender {
    return {
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
  }

  return ({ message, auth, peer, characters }) => {
    const answered = converse(message, characters, senderOf(peer, auth), parts, nothing);
    return answered instanceof Promise ? answered : Promise.resolve(answered);
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
