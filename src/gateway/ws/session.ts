// One WebSocket session: Ditto Protocol commands in, responses and events out, everything bounded.

import { isUtf8 } from "node:buffer";
import type { IncomingHttpHeaders } from "node:http";
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import { TwinError } from "../../base/errors.ts";
import { invalidJson } from "../../base/json/errors.ts";
import { printError } from "../../protocol/envelope.ts";
import type { IncomingAck } from "../../signals/incoming-ack.ts";
import type { AuthContext, DittoHeaders } from "../../signals/signal.ts";
import type { ReachOf } from "../auth/namespace-access.ts";
import type { VerifyToken } from "../auth/verify-token.ts";
import { answerTo } from "./answer.ts";
import { acknowledge, readControl } from "./control.ts";
import type { AnswerParts, Sender } from "./handling.ts";
import { lifetime } from "./lifetime.ts";
import { type Refreshed, refreshed } from "./refresh.ts";
import { sessionAcks } from "./session-acks.ts";
import { type SubscriptionParts, subscriptions } from "./subscriptions.ts";
import { sendTogether } from "./together.ts";

export interface SessionParts extends AnswerParts, SubscriptionParts {
  /** Takes the acknowledgements of what the sessions are told. */
  readonly onAck: (ack: IncomingAck) => void;
  /** Absent where every namespace may be reached. */
  readonly reachOf?: ReachOf | undefined;
  /** Verifies the tokens that sessions go on with; absent where there is no issuer to be trusted. */
  readonly verifyToken?: VerifyToken | undefined;
  /**
   * Commands of one session in work at once; then its socket is read no further. What is committed and waits for
   * acknowledgements is no longer in work: they may have to come by the same session.
   */
  readonly maxInWork: number;
  /** Bytes that may wait for a slow client; beyond, its session is closed. */
  readonly maxBuffered: number;
}

/** Who opened a session, with the headers that were read and all that came. */
export interface Opener {
  readonly auth: AuthContext;
  readonly headers: DittoHeaders;
  readonly sent: IncomingHttpHeaders;
}

/** Close code of a session whose token is over or is not followed by a good one; as Ditto, it says no more than that it ends. */
const NO_LONGER = 1000;
/** Close code for a client that does not keep up (RFC 6455: try again later). */
const TOO_SLOW = 1013;
/** Close code for what went wrong on this side. */
const FAULT = 1011;
/** How long a client may take to answer the closing frame. */
const CLOSING_MS = 5_000;

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
  let inWork = 0;
  let unanswered = 0;
  let drained: (() => void) | undefined;
  let tokens = 0; // that came
  let newest = 0; // of those that the session went on with
  const sender: Sender & { auth: AuthContext } = {
    auth,
    reach: parts.reachOf?.(auth, headers, sent),
    connection,
    acks: sessionAcks(headers, parts.onAck),
  };
  const subscribed = subscriptions(sender, send, parts);
  const life = lifetime(() => end(NO_LONGER, "gateway:websocket.session.expired"));
  if (auth.token) life.until(auth.token.expiresAt);

  function send(text: string): void {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > parts.maxBuffered) {
      end(TOO_SLOW, "slow consumer: messages wait longer than the session can hold them");
      return;
    }
    sendTogether(connection);
    socket.send(text);
  }

  function end(code: number, reason: string): void {
    subscribed.end();
    socket.close(code, reason);
    socket.resume(); // the client's closing frame has to be read
    setTimeout(() => socket.terminate(), CLOSING_MS).unref(); // it may be too slow for the closing frame as well
  }

  /** Counts something as in work until the function that it gives is called. */
  function begin(): () => void {
    if (++inWork === parts.maxInWork) socket.pause();
    let isInWork = true;
    return () => {
      if (isInWork && inWork-- === parts.maxInWork) socket.resume();
      isInWork = false;
    };
  }

  function work(message: string): void {
    unanswered++;
    const done = begin();
    void tell(answerTo(message, sender, parts, done), done);
  }

  async function tell(answer: Promise<string | undefined>, done: () => void): Promise<void> {
    try {
      const text = await answer;
      if (text !== undefined) send(text);
    } catch (error) {
      fault(error);
    }
    done();
    if (--unanswered === 0) drained?.();
  }

  /** Goes on with a new token, or not at all. What comes before it is verified goes on with the old one. */
  function refresh(token: string): void {
    const turn = ++tokens;
    const next = refreshed(token, sender.auth, parts.verifyToken);
    if (next instanceof Promise) void next.then((known) => goOn(known, turn), fault).finally(begin());
    else goOn(next, turn);
  }

  /** The newest token counts, even if an older one took longer to be verified. */
  function goOn(next: Refreshed, turn: number): void {
    if (typeof next === "string") end(NO_LONGER, "gateway:websocket.session.closed");
    else if (turn > newest && socket.readyState === socket.OPEN) {
      newest = turn;
      sender.auth = next;
      life.until(next.token.expiresAt);
    }
  }

  function fault(error: unknown): void {
    parts.onFault(error, "unknown");
    end(FAULT, "the server failed");
  }

  function take(data: Buffer): void {
    const text = data.toString();
    // ws judges the text frames itself; a message may come in a binary frame as well.
    if (!isUtf8(data)) throw invalidJson("It is not encoded in UTF-8.");
    const control = readControl(text);
    if (!control) work(text);
    else if (control.says === "token") refresh(control.token);
    else {
      subscribed.change(control);
      send(acknowledge(control));
    }
  }

  socket.on("message", (data: Buffer) => {
    if (drained || socket.readyState !== socket.OPEN) return; // what comes while it closes counts no more
    try {
      take(data);
    } catch (error) {
      if (error instanceof TwinError) send(printError(error, {}));
      else fault(error);
    }
  });
  socket.on("close", () => {
    life.stop();
    subscribed.end();
  });
  socket.on("error", () => socket.terminate());

  return () =>
    new Promise((resolve) => {
      drained = resolve;
      if (unanswered === 0) resolve();
    });
}
