// Requests to one server of models, over a few connections that are kept alive.

import { type Dispatcher, Pool } from "undici";
import { dial, type Way } from "./dial.ts";
import { closed, faultOf, timedOut } from "./faults.ts";
import { Interruption } from "./interruption.ts";
import { type Answer, Reading } from "./reading.ts";

export interface Request {
  readonly method: "GET" | "POST";
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface ExchangeLimits {
  /** Milliseconds until the whole answer must be there. */
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
  readonly maxConnections: number;
}

/** More than any answer of a server of models needs. */
const MAX_HEADER_BYTES = 16_384;
/** Idle connections are not kept for longer, whatever the server offers. */
const MAX_IDLE_MS = 60_000;

export class Exchange {
  readonly #pool: Pool;
  readonly #limits: ExchangeLimits;
  readonly #sockets = new AbortController();

  constructor(origin: string, way: Way, limits: ExchangeLimits) {
    this.#limits = limits;
    this.#pool = new Pool(origin, {
      connections: limits.maxConnections,
      pipelining: 1,
      allowH2: false,
      maxHeaderSize: MAX_HEADER_BYTES,
      keepAliveMaxTimeout: MAX_IDLE_MS,
      // Requests have deadlines of their own.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (_, callback) => {
        dial(way, this.#sockets.signal).then(
          (socket) => callback(null, socket),
          (error: Error) => callback(error, null),
        );
      },
    });
  }

  /** The answer, also one that refuses. Rejects with a {@link ModelFault}: a `ServerFault` where none came in time, the signal's reason. */
  async send(request: Request, signal: AbortSignal): Promise<Answer> {
    const { timeoutMs, maxResponseBytes } = this.#limits;
    using interruption = new Interruption()
      .by(signal, () => signal.reason)
      .after(timeoutMs, () => timedOut(timeoutMs));
    const reading = new Reading(maxResponseBytes, interruption.signal);
    try {
      this.#pool.dispatch(optionsOf(request), reading);
      return await reading.answer;
    } catch (error) {
      throw faultOf(error as Error);
    }
  }

  /** Ends all connections. Never rejects. */
  async close(): Promise<void> {
    this.#sockets.abort(closed());
    await this.#pool.destroy(closed()).catch(() => undefined);
  }
}

const optionsOf = ({ method, path, headers, body }: Request): Dispatcher.DispatchOptions => ({
  method,
  path,
  headers,
  body: body ?? null,
});
