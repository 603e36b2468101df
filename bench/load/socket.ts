// A WebSocket client with hardly any cost of its own: frames to send are bytes made beforehand (masked with zeros,
// which leaves the payload as it is), frames received are counted and looked at in place.

import { once } from "node:events";
import { request } from "node:http";
import type { Socket } from "node:net";

/** Told the payload of each message, as a range of the buffer it came in. */
export type OnMessage = (buffer: Buffer, start: number, end: number) => void;

/** A text message as the bytes of one masked frame. */
export function frameOf(text: string): Buffer {
  const payload = Buffer.from(text);
  const long = payload.length > 125;
  const head = Buffer.alloc(long ? 8 : 6);
  head[0] = 0x81;
  head[1] = 0x80 | (long ? 126 : payload.length);
  if (long) head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}

/** Opens a WebSocket; messages go to `onMessage`, and `onClose` is told when the server ends it. */
export async function openSocket(
  url: string,
  headers: Readonly<Record<string, string>>,
  onMessage: OnMessage,
  onClose: (reason: string) => void,
): Promise<Socket> {
  const outgoing = request(url.replace(/^ws/, "http"), {
    agent: false,
    headers: {
      ...headers,
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    },
  });
  outgoing.end();
  outgoing.on("response", (response) =>
    outgoing.destroy(new Error(`the handshake with ${url} was answered with ${response.statusCode}`)),
  );
  const [, socket, head] = (await once(outgoing, "upgrade")) as [unknown, Socket, Buffer];
  socket.setNoDelay(true);
  const reader = new FrameReader(socket, onMessage, onClose);
  socket.on("data", (chunk) => {
    socket.cork(); // what a chunk makes us send goes out in one write
    reader.read(chunk);
    socket.uncork();
  });
  socket.on("error", (error) => onClose(error.message));
  if (head.length > 0) reader.read(head);
  return socket;
}

class FrameReader {
  readonly #socket: Socket;
  readonly #onMessage: OnMessage;
  readonly #onClose: (reason: string) => void;
  #rest: Buffer | undefined;

  constructor(socket: Socket, onMessage: OnMessage, onClose: (reason: string) => void) {
    this.#socket = socket;
    this.#onMessage = onMessage;
    this.#onClose = onClose;
  }

  read(chunk: Buffer): void {
    const buffer = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk;
    let at = 0;
    for (;;) {
      const start = payloadStart(buffer, at);
      if (start === undefined) break;
      const end = start + payloadLength(buffer, at);
      if (end > buffer.length) break;
      this.#frame((buffer[at] as number) & 0x0f, buffer, start, end);
      at = end;
    }
    this.#rest = at < buffer.length ? buffer.subarray(at) : undefined;
  }

  #frame(opcode: number, buffer: Buffer, start: number, end: number): void {
    if (opcode === 1) this.#onMessage(buffer, start, end);
    else if (opcode === 8) this.#onClose(`closed by the server: ${buffer.toString("utf8", start + 2, end)}`);
    else if (opcode === 9) this.#socket.write(pong);
  }
}

const pong = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);

function payloadStart(buffer: Buffer, at: number): number | undefined {
  if (buffer.length < at + 2) return undefined;
  const short = (buffer[at + 1] as number) & 0x7f;
  const start = at + (short < 126 ? 2 : short === 126 ? 4 : 10);
  return start <= buffer.length ? start : undefined;
}

function payloadLength(buffer: Buffer, at: number): number {
  const short = (buffer[at + 1] as number) & 0x7f;
  if (short < 126) return short;
  return short === 126 ? buffer.readUInt16BE(at + 2) : Number(buffer.readBigUInt64BE(at + 2));
}
