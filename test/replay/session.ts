import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import type { JsonValue } from "../../src/base/json/json.ts";

const patienceMs = 1_000;

/** For whom a session speaks, in subjects between commas, and what else its handshake asks for. */
export interface Opening {
  readonly subjects: string;
  /** With its question mark, or empty. */
  readonly query: string;
}

/** One WebSocket whose received messages wait to be taken. */
export class Session {
  readonly #socket: WebSocket;
  #frames: JsonValue[] = [];
  #wake = (): void => {};

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => {
      this.#frames.push(read(String(data)));
      this.#wake();
    });
  }

  static async open(url: string, { subjects, query }: Opening): Promise<Session> {
    const socket = new WebSocket(`${url.replace("http", "ws")}/ws/2${query}`, {
      headers: { "x-ditto-pre-authenticated": subjects },
    });
    const session = new Session(socket);
    await once(socket, "open");
    return session;
  }

  send(text: string): void {
    this.#socket.send(text);
  }

  /** Takes the first message that is meant, and with it those that came before. */
  async take(
    isMeant: (frame: JsonValue) => boolean,
  ): Promise<{ frame: JsonValue | undefined; skipped: JsonValue[] }> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const at = this.#frames.findIndex(isMeant);
      if (at >= 0) {
        const skipped = this.#frames.slice(0, at);
        const frame = this.#frames[at];
        this.#frames = this.#frames.slice(at + 1);
        return { frame, skipped };
      }
      const left = deadline - performance.now();
      if (left <= 0) return { frame: undefined, skipped: [] };
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await Promise.race([promise, sleep(left)]);
    }
  }

  /** Messages nobody took. */
  unread(): readonly JsonValue[] {
    return this.#frames;
  }

  /** Whether a ping is answered within a second. */
  async ping(): Promise<boolean> {
    this.#socket.ping();
    return Promise.race([once(this.#socket, "pong").then(() => true), sleep(patienceMs, false)]);
  }

  close(): void {
    this.#socket.terminate();
  }
}

/** Control messages are no JSON and stay texts. */
function read(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}
