// Streams of server-sent events as bodies of HTTP answers, each as fast as its client takes them.

import { TwinError } from "../../base/errors.ts";
import { internalError } from "../../base/internal-error.ts";
import type { AuthContext } from "../../signals/signal.ts";
import { lifetime } from "../ws/lifetime.ts";
import { streamAborted, streamExpired } from "./errors.ts";
import { eventText } from "./event.ts";
import type { Places } from "./places.ts";

/** Where the events of a stream come from. */
export interface EventSource {
  /**
   * The next event as text, `undefined` after the last; asked for when the client has taken what came before. What is
   * thrown ends the stream, a `TwinError` being told as its last event.
   */
  next(): Promise<string | undefined>;
  /** Nothing more is asked for; what is under way can be given up. Called once, unless the source has ended itself. */
  cancel(): void;
}

/** Whose stream it is. */
export interface Listener {
  /** The stream ends with the token. */
  readonly auth: AuthContext;
  /** Told of what should not have happened. */
  readonly onFault: (error: unknown) => void;
}

export interface EventStreams {
  /**
   * Answers a request with the events of a source. Refuses with `too.many.requests` where no place is left, and with
   * `gateway:streaming.session.aborted` where the server stops; the source is cancelled then.
   */
  open(source: EventSource, listener: Listener): Response;
  /** Ends all streams, and opens no more. */
  close(): void;
}

/** Makes what opens streams, as long as there are places. */
export function eventStreams(places: Places): EventStreams {
  const ends = new Set<(error: TwinError) => void>();
  let isClosed = false;

  function takePlace(source: EventSource, { auth }: Listener): () => void {
    try {
      if (isClosed) throw streamAborted();
      return places.take(auth.subjects[0] as string);
    } catch (error) {
      source.cancel();
      throw error;
    }
  }

  return {
    open(source, listener) {
      const leave = takePlace(source, listener);
      const { body, end } = streamOf(source, listener, () => {
        ends.delete(end);
        leave();
      });
      ends.add(end);
      return new Response(body, { headers: { "content-type": "text/event-stream" } });
    },
    close() {
      isClosed = true;
      for (const end of ends) end(streamAborted());
    },
  };
}

/** The body of one stream, and what ends it before its time. */
function streamOf(source: EventSource, { auth, onFault }: Listener, onOver: () => void) {
  let controller: ReadableStreamDefaultController<Uint8Array>;
  let isOver = false;
  const life = lifetime(() => end(streamExpired()));

  /** Gives false where it was over before. */
  function finish(): boolean {
    if (isOver) return false;
    isOver = true;
    life.stop();
    onOver();
    return true;
  }

  /** The client is gone. */
  function leave(): void {
    if (finish()) source.cancel();
  }

  /** The server ends it, and says why: nobody must take what came so far for all that there is. */
  function end(error: TwinError): void {
    if (!finish()) return;
    send(eventText(JSON.stringify(error)));
    controller.close();
    source.cancel();
  }

  const send = (text: string): void => controller.enqueue(Buffer.from(text));

  async function pull(): Promise<void> {
    try {
      const text = await source.next();
      if (isOver) return;
      if (text !== undefined) send(text);
      else if (finish()) controller.close();
    } catch (error) {
      if (isOver) return;
      if (!(error instanceof TwinError)) onFault(error);
      end(error instanceof TwinError ? error : internalError());
    }
  }

  const body = new ReadableStream<Uint8Array>(
    {
      start(its) {
        controller = its;
      },
      pull,
      cancel: leave,
    },
    { highWaterMark: 0 }, // the queue is the socket's
  );
  if (auth.token) life.until(auth.token.expiresAt);
  return { body, end };
}
