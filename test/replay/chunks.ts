// An answer of HTTP/1.1 read from its socket as it comes, chunk by chunk (RFC 9112).

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Header } from "./recording.ts";

export interface Head {
  readonly status: number;
  readonly headers: readonly Header[];
}

export class ChunkedAnswer {
  readonly #socket: Socket;
  #text = ""; // in latin1, so that its length is in bytes
  #isOver = false;
  #wake = (): void => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("latin1").on("data", (part: string) => {
      this.#text += part;
      this.#wake();
    });
    socket.on("close", () => {
      this.#isOver = true;
      this.#wake();
    });
  }

  /** Sends the lines of a request. */
  static async to(url: string, request: readonly string[]): Promise<ChunkedAnswer> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, "connect");
    const answer = new ChunkedAnswer(socket);
    socket.write(`${request.join("\r\n")}\r\nconnection: close\r\n\r\n`);
    return answer;
  }

  /** The status and headers; none within the time is an error. */
  async head(withinMs: number): Promise<Head> {
    const text = await this.#upTo("\r\n\r\n", withinMs);
    if (text === undefined) throw new Error(`no head of an answer within ${withinMs} ms`);
    const [status = "", ...lines] = text.split("\r\n");
    const headers = lines.map((line): Header => {
      const colon = line.indexOf(": ");
      return [line.slice(0, colon), line.slice(colon + 2)];
    });
    return { status: Number(status.split(" ")[1]), headers };
  }

  /** The next chunk with its length in front, `0` being the last; `undefined` where none comes within the time. */
  async chunk(withinMs: number): Promise<string | undefined> {
    const deadline = performance.now() + withinMs;
    const length = await this.#upTo("\r\n", withinMs);
    if (length === undefined) return undefined;
    const size = Number.parseInt(length, 16);
    if (size === 0) return length;
    await this.#until(() => this.#text.length >= size + 2, deadline - performance.now());
    const content = Buffer.from(this.#text.slice(0, size), "latin1").toString();
    this.#text = this.#text.slice(size + 2);
    return `${length} ${content.trimEnd().replaceAll("\n", " ")}`;
  }

  /** All that comes until the connection ends. */
  async rest(withinMs: number): Promise<string> {
    await this.#until(() => this.#isOver, withinMs);
    return Buffer.from(this.#text, "latin1").toString();
  }

  close(): void {
    this.#socket.destroy();
  }

  /** What comes before a mark, which is taken away with it. */
  async #upTo(mark: string, withinMs: number): Promise<string | undefined> {
    await this.#until(() => this.#text.includes(mark), withinMs);
    const at = this.#text.indexOf(mark);
    if (at < 0) return undefined;
    const taken = this.#text.slice(0, at);
    this.#text = this.#text.slice(at + mark.length);
    return taken;
  }

  async #until(isThere: () => boolean, withinMs: number): Promise<void> {
    const late = sleep(Math.max(withinMs, 0), "late");
    while (!isThere() && !this.#isOver) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      if ((await Promise.race([promise, late])) === "late") return;
    }
  }
}
