// WebSockets of attackers: frames made by hand (RFC 6455, section 5.2), of those that come only the closing one is read.

import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import type { Stage } from "./attack.ts";
import { open, request } from "./wire.ts";

export interface Frame {
  /** 1: text, 2: binary, 0: continuation, 8: close, 9: ping, 10: pong. */
  readonly opcode?: number;
  readonly isLast?: boolean;
  readonly payload?: Buffer | string;
  readonly isMasked?: boolean;
  /** The three bits for extensions, as 0x40, 0x20 and 0x10. */
  readonly reserved?: number;
  /** A length that is told instead of the payload's own. */
  readonly told?: bigint;
}

/** Masked with zeros, which leaves the payload as it is. */
export function frame({
  opcode = 1,
  isLast = true,
  payload = "",
  isMasked = true,
  reserved = 0,
  told,
}: Frame): Buffer {
  const bytes = Buffer.from(payload);
  const length = told ?? BigInt(bytes.length);
  const first = (isLast ? 0x80 : 0) | reserved | opcode;
  const mask = isMasked ? 0x80 : 0;
  const head = Buffer.alloc(length < 126n ? 2 : length < 65_536n ? 4 : 10);
  head[0] = first;
  head[1] = mask | (length < 126n ? Number(length) : length < 65_536n ? 126 : 127);
  if (head.length === 4) head.writeUInt16BE(Number(length), 2);
  if (head.length === 10) head.writeBigUInt64BE(length, 2);
  return Buffer.concat([head, isMasked ? Buffer.alloc(4) : Buffer.alloc(0), bytes]);
}

export interface Session {
  readonly socket: Socket;
  /** The code of the closing frame; 1006 where the connection ends without one. */
  readonly closed: Promise<number>;
}

/** Opens a session; gives nothing where it is refused. */
export async function openSession(
  stage: Stage,
  headers: Readonly<Record<string, string>> = {},
): Promise<Session | undefined> {
  const socket = await open(stage);
  const handshake = {
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": randomBytes(16).toString("base64"),
  };
  socket.write(request("GET", "/ws/2", { headers: { ...handshake, ...headers } }));
  const head = await new Promise<Buffer>((resolve) => {
    socket.once("data", resolve);
    socket.once("close", () => resolve(Buffer.alloc(0)));
  });
  if (!head.toString("latin1", 0, 12).endsWith("101")) {
    socket.destroy();
    return undefined;
  }
  return { socket, closed: closeCode(socket) };
}

function closeCode(socket: Socket): Promise<number> {
  let rest: Buffer = Buffer.alloc(0);
  return new Promise((resolve) => {
    socket.on("data", (chunk) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      for (let end = frameEnd(rest); end <= rest.length; end = frameEnd(rest)) {
        if (((rest[0] as number) & 0x0f) === 8) resolve(rest.readUInt16BE(2));
        rest = rest.subarray(end);
      }
    });
    socket.on("close", () => resolve(1006));
  });
}

/** Where the first frame that is not masked ends. */
function frameEnd(bytes: Buffer): number {
  if (bytes.length < 4) return bytes.length === 2 && bytes[1] === 0 ? 2 : Number.POSITIVE_INFINITY;
  const short = (bytes[1] as number) & 0x7f;
  if (short < 126) return 2 + short;
  if (short === 126) return 4 + bytes.readUInt16BE(2);
  return bytes.length < 10 ? Number.POSITIVE_INFINITY : 10 + Number(bytes.readBigUInt64BE(2));
}
