// One WebSocket session: Ditto Protocol commands in, responses and events out, everything bounded.

import { isUtf8 } from "node:buffer";
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import { TwinError } from "../../base/errors.ts";
import { namespaceOf } from "../../base/ids.ts";
import { invalidJson } from "../../base/json/errors.ts";
import { printError } from "../../protocol/envelope.ts";
import type { Subscriber } from "../../pubsub/audience.ts";
import type { Pubsub } from "../../pubsub/pubsub.ts";
import type { AuthContext, EntityEvent } from "../../signals/signal.ts";
import { type AnswerParts, answerTo, type Sender } from "./answer.ts";
import { acknowledge, type ControlMessage, readControl } from "./control.ts";
import { subscriptionUnsupported } from "./errors.ts";
import { sendTogether } from "./together.ts";

export interface SessionParts extends AnswerParts {
  readonly pubsub: Pubsub;
  /**
   * Commands of one session in work at once; then its socket is read no further. What is committed and waits for
   * acknowledgements is no longer in work: they may have to come by the same session.
   */
  readonly maxInWork: number;
  /** Bytes that may wait for a slow client; beyond, its session is closed. */
  readonly maxBuffered: number;
}

/** Close code for a client that does not keep up (RFC 6455: try again later). */
const TOO_SLOW = 1013;
/** Close code for what went wrong on this side. */
const FAULT = 1011;

/** Stops taking messages; resolves once those that were taken are answered. */
export type Drain = () => Promise<void>;

/**
 * Serves a session until its socket closes; `connection` is what carries it.
 *
 *   open ──drain──► draining, what comes is thrown away ──all answered──► drained ──► closed by the door
 */
export function serveSession(
  socket: WebSocket,
  connection: Duplex,
  auth: AuthContext,
  parts: SessionParts,
): Drain {
  let inWork = 0;
  let unanswered = 0;
  let drained: (() => void) | undefined;
  let unsubscribe: (() => void) | undefined;
  const sender: Sender = { auth, connection };

  function send(text: string): void {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > parts.maxBuffered) {
      unsubscribe?.();
      unsubscribe = undefined;
      socket.close(TOO_SLOW, "slow consumer: messages wait longer than the session can hold them");
      setTimeout(() => socket.terminate(), 5_000).unref(); // it may be too slow for the closing frame as well
      return;
    }
    sendTogether(connection);
    socket.send(text);
  }

  function work(message: string): void {
    unanswered++;
    if (++inWork === parts.maxInWork) socket.pause();
    let isInWork = true;
    const done = (): void => {
      if (isInWork && inWork-- === parts.maxInWork) socket.resume();
      isInWork = false;
    };
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

  function fault(error: unknown): void {
    parts.onFault(error, "unknown");
    socket.close(FAULT, "the server failed");
  }

  function control(message: ControlMessage): void {
    if (message.topic !== "EVENTS") throw subscriptionUnsupported(message.topic);
    for (const name of message.parameters.keys()) {
      if (name !== "namespaces") throw subscriptionUnsupported(`events with the parameter '${name}'`);
    }
    unsubscribe?.();
    unsubscribe = message.start
      ? parts.pubsub.subscribe(auth.subjects, subscriber(send, sender, message.parameters.get("namespaces")))
      : undefined;
    send(acknowledge(message));
  }

  socket.on("message", (data: Buffer) => {
    if (drained) return;
    try {
      const text = data.toString();
      // ws judges the text frames itself; a message may come in a binary frame as well.
      if (!isUtf8(data)) throw invalidJson("It is not encoded in UTF-8.");
      const message = readControl(text);
      if (message) control(message);
      else work(text);
    } catch (error) {
      if (error instanceof TwinError) send(printError(error, {}));
      else fault(error);
    }
  });
  socket.on("close", () => unsubscribe?.());
  socket.on("error", () => socket.terminate());

  return () =>
    new Promise((resolve) => {
      drained = resolve;
      if (unanswered === 0) resolve();
    });
}

/** Passes on the events of other sessions, of the wanted namespaces. */
function subscriber(send: (text: string) => void, sender: Sender, wanted: string | null): Subscriber {
  const namespaces = wanted ? new Set(wanted.split(",").map((name) => name.trim())) : undefined;
  return {
    deliver(text: string, event: EntityEvent, origin: object | undefined) {
      if (origin !== sender && (!namespaces || namespaces.has(namespaceOf(event.id)))) send(text);
    },
  };
}
