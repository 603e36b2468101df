// Takes requests from standard input and answers them on standard output, one after another. Waits inside of system calls: a
// thread that does nothing else is faster by it, and has no event loop to hold up.

import { writevSync } from "node:fs";
import { workerData } from "node:worker_threads";
import { filled, frameOf, HEAD_BYTES, MAX_FRAME_BYTES, NUMBERS, valueIn } from "../frames.ts";
import type { Answer, ProcessOptions, Request } from "../messages.ts";
import { answerFrame } from "../run-frames.ts";
import { Input } from "./input.ts";
import { Sessions } from "./sessions.ts";

const STDOUT = 1;

const { runtime } = workerData as ProcessOptions;
const input = new Input();
const sessions = await load();
if (sessions) await serve(sessions);

async function load(): Promise<Sessions | undefined> {
  try {
    const loaded = new Sessions(await import(runtime));
    say({ is: "ready" });
    return loaded;
  } catch (error) {
    say({ is: "error", detail: textOf(error) });
    return undefined;
  }
}

async function serve(open: Sessions): Promise<void> {
  for (;;) {
    const head = input.read(HEAD_BYTES);
    if (!head) return;
    const [bytes, kind] = [head.readUInt32LE(0), head.readUInt32LE(4)];
    const content = input.read(filled(bytes))?.subarray(0, bytes);
    if (!content) return;
    try {
      if (kind === NUMBERS) await run(open, content);
      else await answer(open, valueIn(content) as Request);
    } catch (error) {
      say({ is: "error", detail: textOf(error) });
    }
  }
}

async function run(open: Sessions, content: Buffer): Promise<void> {
  const tensors = await open.run(content);
  const frame = answerFrame(tensors);
  if (frame) write(frame);
  else say({ is: "outputs", tensors });
}

async function answer(open: Sessions, request: Request): Promise<void> {
  switch (request.do) {
    case "open": {
      // Whatever comes of it, the file is taken from the stream.
      const file = input.read(filled(request.bytes))?.subarray(0, request.bytes);
      if (file) say({ is: "open", graph: await open.open(request.session, file) });
      return;
    }
    case "plan":
      return open.plan(request.session, request.plan);
    case "close":
      await open.close(request.session);
      return say({ is: "closed" });
  }
}

function say(what: Answer): void {
  write([frameOf(what)]);
}

function write(pieces: readonly Uint8Array[]): void {
  const bytes = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
  if (bytes > MAX_FRAME_BYTES) throw new Error("Its outputs are too large.");
  let at = writevSync(STDOUT, pieces);
  while (at < bytes) at += writevSync(STDOUT, [Buffer.concat(pieces).subarray(at)]);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
