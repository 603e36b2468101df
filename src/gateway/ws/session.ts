// One WebSocket session: Ditto Protocol commands in, responses and events out, everything bounded.

import { isUtf8 } from "node:buffer";
import type { IncomingHttpHeaders } from "node:http";
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import { TwinError } from "../../base/errors.ts";
import { invalidJson } from "../../base/json/errors.ts";
import type { JsonValue } from "../../base/json/json.ts";
import { parseJson, parseStored } from "../../base/json/parse.ts";
import type { Answer } from "../../conversation/answer.ts";
import { converse } from "../../conversation/converse.ts";
import { type AnswerParts, correlationIdOf, type Sender } from "../../conversation/handling.ts";
import { type Searches, type SearchParts, sessionSearches } from "../../conversation/searches.ts";
import { labelsOf, sessionAcks } from "../../conversation/session-acks.ts";
import {
  type StreamingParts,
  type StreamingSubscriptions,
  streamingSubscriptions,
} from "../../conversation/streaming.ts";
import { printError } from "../../protocol/envelope.ts";
import type { DeclaredAcks } from "../../pubsub/declared-acks.ts";
import type { IncomingAck } from "../../signals/incoming-ack.ts";
import type { AuthContext, DittoHeaders, VerifiedToken } from "../../signals/signal.ts";
import type { NamespaceAccessOf } from "../auth/namespace-access.ts";
import type { VerifyToken } from "../auth/verify-token.ts";
import { whenGone } from "../gone.ts";
import { LARGE_JSON, largeJson } from "../large-json/thread.ts";
import type { Pace } from "../sse/pace.ts";
import { restAfter } from "../throttling/arrivals.ts";
import { readControl } from "./control.ts";
import { inOrder } from "./in-order.ts";
import { inWorkOf } from "./in-work.ts";
import { lifetime } from "./lifetime.ts";
import { outletOf } from "./outlet.ts";
import { readingOf } from "./reading.ts";
import { type SubscriptionParts, subscriptions } from "./subscriptions.ts";
import { throttled } from "./throttle.ts";
import { tokenRefresh } from "./token-refresh.ts";

export interface SessionParts extends AnswerParts, SubscriptionParts, SearchParts, StreamingParts {
  /** Takes the acknowledgements of what the sessions are told. */
  readonly onAck: (ack: IncomingAck) => void;
  /** Where sessions declare the labels that they alone acknowledge with. */
  readonly declaredAcks: DeclaredAcks;
  /** Absent where every namespace may be reached. */
  readonly reachOf?: NamespaceAccessOf | undefined;
  /** Verifies the tokens that sessions go on with. */
  readonly verifyToken: VerifyToken;
  /**
   * Commands of one session in work at once; then its socket is read no further. What is committed and waits for
   * acknowledgements is no longer in work: they may have to come by the same session.
   */
  readonly maxInWork: number;
  /** How fast the messages of a session are taken; absent: as fast as they come. */
  readonly pace?: Pace | undefined;
  /** Bytes that may wait for a slow client; beyond, its session is closed. */
  readonly maxBuffered: number;
}

/** Who opened a session, with the headers that were read and all that came. */
export interface Opener {
  readonly auth: AuthContext;
  readonly headers: DittoHeaders;
  readonly sent: IncomingHttpHeaders;
}

/**
 * Close code of a session whose token is over or is not followed by a good one, or whose labels of acknowledgements are
 * another's; as Ditto, it says no more than that it ends.
 */
const NO_LONGER = 1000;
/** Close code for a client that does not keep up (RFC 6455: try again later). */
const TOO_SLOW = 1013;
/** Close code for what went wrong on this side. */
const FAULT = 1011;
/** How long a client may take to answer the closing frame. */
const CLOSING_MS = 5_000;
/** Characters of a thousand IDs of things, of which several may be asked for at once. */
const IDS_LENGTH = 262_144;

/** Stops taking messages; resolves once those that were taken are answered. */
export type Drain = () => Promise<void>;

/**
 * Serves a session until its socket closes, or the token is over that opened it; `connection` is what carries it.
 *
 *   open ──drain──► draining, what comes is thrown away ──all answered──► drained ──► closed by the door
 */
export function serveSession(
  socket: WebSocket,
  connection: Duplex,
  { auth, headers, sent }: Opener,
  parts: SessionParts,
): Drain {
  let unanswered = 0;
  let drained: (() => void) | undefined;
  let searches: Searches | undefined;
  let streams: StreamingSubscriptions | undefined;
  let undeclare: (() => void) | undefined;
  /** Nobody is there any more; and it is this server that ended it, so that what was sent before counts no more either. */
  let isLeft = false;
  let isEnded = false;
  const outlet = outletOf(socket, connection, parts.maxBuffered, () =>
    end(TOO_SLOW, "slow consumer: messages wait longer than the session can hold them"),
  );
  const { send } = outlet;
  const acks = sessionAcks(labelsOf(headers, "declared-acks"), parts.onAck);
  const sender: Sender & { auth: AuthContext } = {
    auth,
    origin: outlet,
    reach: parts.reachOf?.(auth, headers, sent),
    declaredAcks: acks.declared,
    acks,
    settlesByAcks: false,
    onGone: (callback) => whenGone(connection, callback),
    get searches() {
      searches ??= sessionSearches(outlet, parts);
      return searches;
    },
    get streams() {
      streams ??= streamingSubscriptions(outlet, parts);
      return streams;
    },
  };
  const subscribed = subscriptions(sender, correlationIdOf(headers), send, parts);
  const hold = readingOf(socket);
  const begin = inWorkOf(hold, parts.maxInWork);
  const order = inOrder(hold, takeInOrder);
  const accept = parts.pace ? throttled(parts.pace, hold, receive) : receive;
  const refresh = tokenRefresh({
    verify: parts.verifyToken,
    auth: () => sender.auth,
    begin,
    goOn,
    end: () => end(NO_LONGER, "gateway:websocket.session.closed"),
    fault,
  });
  const life = lifetime(() => end(NO_LONGER, "gateway:websocket.session.expired"));
  if (auth.token) life.until(auth.token.expiresAt);
  if (sender.acks.declared.size > 0) declareAcks();

  /** The handshake is over: who declares what is another's is told so, and let go. */
  function declareAcks(): void {
    try {
      const declared = parts.declaredAcks.declare(sender.acks.declared);
      if (declared instanceof Promise) declared.then(onDeclared, refused);
      else onDeclared(declared);
    } catch (error) {
      refused(error);
    }
  }

  function onDeclared(takeBack: () => void): void {
    if (isLeft) takeBack();
    else undeclare = takeBack;
  }

  function refused(error: unknown): void {
    if (!(error instanceof TwinError)) {
      fault(error);
      return;
    }
    send(printError(error, {}));
    end(NO_LONGER, error.code);
  }

  function end(code: number, reason: string): void {
    isEnded = true;
    leave();
    socket.close(code, reason);
    socket.resume(); // the client's closing frame has to be read
    setTimeout(() => socket.terminate(), CLOSING_MS).unref(); // it may be too slow for the closing frame as well
  }

  /** Nothing more comes of what the session asked for. */
  function leave(): void {
    isLeft = true;
    subscribed.end();
    searches?.end();
    streams?.end();
    undeclare?.();
    undeclare = undefined;
  }

  function work(said: JsonValue, length: number, excess?: number): void {
    unanswered++;
    const done = begin();
    const answer = converse(said, length, sender, parts, done, excess);
    if (!(answer instanceof Promise)) {
      tell(answer, done);
      return;
    }
    const failed = (error: unknown): void => {
      fault(error);
      tell(undefined, done);
    };
    answer.then((given) => tell(given, done), failed);
  }

  function tell(answer: Answer | undefined, done: () => void): void {
    try {
      if (answer?.isWanted) send(answer.text());
    } catch (error) {
      fault(error);
    }
    done();
    settled();
  }

  function settled(): void {
    if (--unanswered === 0) drained?.();
  }

  function goOn(next: AuthContext & { readonly token: VerifiedToken }): void {
    if (socket.readyState !== socket.OPEN) return;
    sender.auth = next;
    life.until(next.token.expiresAt);
  }

  function fault(error: unknown): void {
    parts.onFault(error, "unknown");
    end(FAULT, "the server failed");
  }

  function take(text: string): void {
    const control = readControl(text);
    if (!control) work(parseJson(text), text.length);
    else if (isLeft) return;
    else if (control.says === "token") refresh(control.token);
    else subscribed.change(control);
  }

  /** Has a large message judged in the thread; it counts as taken meanwhile. */
  async function takeLarge(bytes: Buffer): Promise<void> {
    unanswered++;
    try {
      const { text, excess } = await largeJson.judge(
        { is: "message", bytes, most: longestValue(parts) },
        sender.auth.subjects[0] ?? "",
      );
      if (!isEnded) work(parseStored(text), text.length, excess);
    } catch (error) {
      refuse(error);
    }
    settled();
    if (isLeft) leave();
  }

  /** What a client sent before it left is done, though it waited behind something large; nothing that goes on is begun. */
  function takeInOrder(data: Buffer): Promise<void> | undefined {
    if (drained || isEnded) return undefined;
    if (isLargeJson(data)) return takeLarge(data);
    try {
      take(textOf(data));
    } catch (error) {
      refuse(error);
    }
    if (isLeft) leave();
    return undefined;
  }

  function refuse(error: unknown): void {
    if (error instanceof TwinError) send(printError(error, {}));
    else fault(error);
  }

  function receive(data: Buffer): void {
    if (drained || socket.readyState !== socket.OPEN) return; // what comes while it closes counts no more
    order(data);
  }

  socket.on("message", accept);
  socket.on("close", () => {
    life.stop();
    leave();
  });
  socket.on("error", () => {
    restAfter(connection); // only what breaks the rules of WebSockets or the limits of messages comes here
    socket.terminate();
  });

  return () =>
    new Promise((resolve) => {
      searches?.abort();
      streams?.abort();
      drained = resolve;
      if (unanswered === 0) resolve();
    });
}

/** ws judges the text frames itself; a message may come in a binary frame as well. */
function textOf(data: Buffer): string {
  if (!isUtf8(data)) throw invalidJson("It is not encoded in UTF-8.");
  return data.toString();
}

/** No JSON begins with a capital letter, but what is said in plain text does. */
const isLargeJson = (data: Buffer): boolean =>
  data.length > LARGE_JSON && !/^[A-Z]/.test(data.toString("latin1", 0, 1));

/** The longest value that a message may have: a thing with its policy, the payload of a message, or the IDs of several things. */
const longestValue = ({ rules, maxMessageBytes }: SessionParts): number =>
  Math.max(rules.thing.maxSize + rules.policy.maxSize, maxMessageBytes, IDS_LENGTH);
