// What is asked for of a JetStream consumer and has not come yet (ADR-13 of NATS).

import type { Msg } from "@nats-io/transport-node";

/** A request ends after this time, with whatever has come. */
const EXPIRES_MS = 10_000;
/** While there is nothing, the server says so this often. */
const HEARTBEAT_MS = 3_000;
const LOOK_EACH_MS = 1_000;
/** A request ends earlier with so much; larger messages must fit all the same. */
const MAX_BYTES = 16 * 1024 ** 2;

const IDLE_HEARTBEAT = 100;
const REQUEST_TIMEOUT = 408;
const CONFLICT = 409;

export interface PullsParts {
  /** Sends a request. */
  ask(request: string): void;
  /** Of the server, in bytes. */
  readonly maxPayload: number;
  /** The consumer is of no use any more. */
  failed(reason: Error): void;
}

export class Pulls {
  readonly #parts: PullsParts;
  readonly #maxBytes: number;
  #outstanding = 0;
  #isStopped = true;
  #heardAt = 0;
  #askedAt = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: PullsParts) {
    this.#parts = parts;
    this.#maxBytes = Math.max(MAX_BYTES, 2 * parts.maxPayload);
  }

  /** Makes asking possible; `again` is called whenever less is on its way than was thought. */
  start(again: () => void): void {
    this.#isStopped = false;
    this.#timer = setInterval(() => {
      if (this.#isForgotten()) this.#outstanding = 0;
      again();
    }, LOOK_EACH_MS);
    this.#timer.unref();
  }

  /** Sees to it that so many messages are on their way, once only half of `most` are. */
  fill(wanted: number, most: number): void {
    const missing = wanted - this.#outstanding;
    if (this.#isStopped || missing < Math.ceil(most / 2)) return;
    this.#outstanding += missing;
    this.#askedAt = performance.now();
    this.#heardAt = this.#askedAt;
    this.#parts.ask(
      JSON.stringify({
        batch: missing,
        max_bytes: this.#maxBytes,
        expires: EXPIRES_MS * 1e6,
        idle_heartbeat: HEARTBEAT_MS * 1e6,
      }),
    );
  }

  /** A message has come. */
  came(): void {
    this.#heardAt = performance.now();
    if (this.#outstanding > 0) this.#outstanding--;
  }

  /** Something has come that is no message. Says whether a request has ended so that the next may follow at once. */
  status(msg: Msg): boolean {
    this.#heardAt = performance.now();
    const { code, text, pending } = statusOf(msg);
    if (code === IDLE_HEARTBEAT) return false;
    if (code === REQUEST_TIMEOUT || (code === CONFLICT && !isFinal(text))) {
      this.#outstanding = pending === undefined ? 0 : Math.max(0, this.#outstanding - pending);
      return code === REQUEST_TIMEOUT || /maxbytes/i.test(text);
    }
    this.#fail(new Error(`JetStream gives no more messages: ${text || "nobody answers"} (${code}).`));
    return false;
  }

  close(): void {
    this.#isStopped = true;
    clearInterval(this.#timer);
  }

  /** A request, or its end, was lost: every one is over after its time, and the server is not silent for long before that. */
  #isForgotten(): boolean {
    if (this.#outstanding === 0) return false;
    const now = performance.now();
    return now - this.#heardAt > 3 * HEARTBEAT_MS || now - this.#askedAt > EXPIRES_MS + HEARTBEAT_MS;
  }

  #fail(reason: Error): void {
    if (this.#isStopped) return;
    this.close();
    this.#parts.failed(reason);
  }
}

/** Whether a server says that it has nothing more at the moment. */
export function isIdle(msg: Msg): boolean {
  const { code } = statusOf(msg);
  return code === IDLE_HEARTBEAT || code === REQUEST_TIMEOUT;
}

interface StreamStatus {
  readonly code: number;
  readonly text: string;
  /** How many messages of the request that ended do not come. */
  readonly pending: number | undefined;
}

function statusOf(msg: Msg): StreamStatus {
  const { headers } = msg;
  const pending = headers?.get("Nats-Pending-Messages") ?? "";
  return {
    code: headers?.code ?? 0,
    text: headers?.description ?? "",
    pending: /^\d{1,9}$/.test(pending) ? Number(pending) : undefined,
  };
}

/** Other conflicts are those of one request: too large a message, a new leader, a shutdown. */
const isFinal = (text: string): boolean => /deleted|push based|^exceeded/i.test(text);
