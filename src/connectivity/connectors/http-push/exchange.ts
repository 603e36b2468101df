// One request and its answer, over connections that are kept alive.

import { type Dispatcher, Pool } from "undici";
import { codeOf } from "../../net/failures.ts";
import type { Published } from "../connector.ts";
import { dial, type Way } from "./dial.ts";
import { Reading } from "./reading.ts";
import type { HttpRequest } from "./request.ts";

/** Methods that may be repeated where a connection turns out to be closed. */
const REPEATABLE: ReadonlySet<string> = new Set(["GET", "PUT", "DELETE"]);

export class Exchange {
  readonly #pool: Pool;
  readonly #timeout: number;

  /** Makes so many connections to the origin at most, and gives each request so many milliseconds. */
  constructor(origin: string, way: Way, connections: number, timeout: number) {
    this.#timeout = timeout;
    this.#pool = new Pool(origin, {
      connections,
      pipelining: 1,
      allowH2: false,
      // Requests have deadlines of their own.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (_, callback) => {
        dial(way).then(
          (socket) => callback(null, socket),
          (error: Error) => callback(error, null),
        );
      },
    });
  }

  /**
   * Sends a request and reads the whole answer. Rejects with a `BadAnswer` where it has more bytes than that, with
   * `connectivity:message.sending.failed` where its status is none, and with other errors where the endpoint cannot be reached
   * in time.
   */
  async send(request: HttpRequest, maxAnswerBytes: number): Promise<Published> {
    try {
      return await this.#once(request, maxAnswerBytes);
    } catch (error) {
      if (!isClosedWhileIdle(error) || !REPEATABLE.has(request.method)) throw error;
      return this.#once(request, maxAnswerBytes);
    }
  }

  /** Breaks off whatever is on its way. Never rejects. */
  async close(reason: Error): Promise<void> {
    await this.#pool.destroy(reason).catch(() => undefined);
  }

  #once(request: HttpRequest, maxAnswerBytes: number): Promise<Published> {
    const reading = new Reading(this.#timeout, maxAnswerBytes);
    const { method, path, headers, body } = request;
    this.#pool.dispatch(
      { method: method as Dispatcher.HttpMethod, path, headers, body: body.length === 0 ? null : body },
      reading,
    );
    return reading.published;
  }
}

/** The endpoint closes connections that nobody uses, perhaps in the moment of their use. */
const isClosedWhileIdle = (error: unknown): boolean =>
  /^(?:UND_ERR_SOCKET|ECONNRESET|EPIPE)$/.test(codeOf(error));
