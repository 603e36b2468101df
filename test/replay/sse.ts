// Replays a recorded stream of server-sent events, and collects how ours differs.

import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Bindings } from "./bindings.ts";
import { differences } from "./compare.ts";
import { setUp } from "./found.ts";
import type { Outcome } from "./http.ts";
import { type Header, readLines } from "./recording.ts";

/** How long a stream that does not end by itself is read. */
const PATIENCE_MS = 2_000;

/** Replays one stream; the outcomes are those of the head of the answer, of each chunk, and of the end. */
export async function replaySse(file: string, url: string): Promise<Outcome[]> {
  await setUp(file, url);
  const { asked, said } = read(file);
  const bindings = new Bindings(new URL(url).host);
  const recorded = streamOf(said);
  const ours = streamOf(
    await answerTo(
      asked.map((line) => bindings.translate(line)),
      url,
    ),
  );
  const shown = { asked: asked.join(", ") };
  const head = differences({ ...recorded, body: empty }, { ...ours, body: "" }, bindings);
  const outcomes: Outcome[] = [{ n: 0, name: "head", ...shown, differences: head }];
  for (let n = 0; n < Math.max(recorded.chunks.length, ours.chunks.length); n++) {
    const [their, our] = [recorded.chunks[n] ?? "nothing", ours.chunks[n] ?? "nothing"];
    const found = bindings.matches(their, our) ? [] : [`chunk: ${their} recorded, ours ${our}`];
    outcomes.push({ n: n + 1, name: "chunk", ...shown, differences: found });
  }
  return outcomes;
}

/** How many outcomes the replay of a recording has, where it goes as recorded. */
export const outcomesIn = (file: string): number => 1 + streamOf(read(file).said).chunks.length;

interface Recorded {
  readonly asked: readonly string[];
  readonly said: readonly string[];
}

function read(file: string): Recorded {
  const lines = readLines(file) as { readonly client?: string; readonly server?: string | number }[];
  return {
    asked: lines.flatMap(({ client }) => (client === undefined ? [] : [client])),
    said: lines.flatMap(({ server }) => (server === undefined ? [] : [String(server)])),
  };
}

const empty = { kind: "text", text: "" } as const;

interface Stream {
  readonly status: number;
  readonly headers: readonly Header[];
  /** Each with its length in front, as they stand on the wire. */
  readonly chunks: readonly string[];
}

/** The lines of an answer; the recordings lack those that are empty, but for the one after the status. */
function streamOf(lines: readonly string[]): Stream {
  const [status = "", ...rest] = lines.filter((line) => line !== "");
  const isHeader = (line: string) => /^[A-Za-z-]+: /.test(line);
  const headers = rest.filter(isHeader).map((line): Header => {
    const colon = line.indexOf(": ");
    return [line.slice(0, colon), line.slice(colon + 2)];
  });
  const chunks: string[] = [];
  for (const line of rest.filter((text) => !isHeader(text))) {
    if (/^[0-9a-f]+$/.test(line)) chunks.push(line);
    else chunks.push(`${chunks.pop() ?? ""} ${line}`);
  }
  return { status: Number(status.split(" ")[1]), headers, chunks };
}

/** What is answered until the end of the stream, in lines. */
async function answerTo(request: readonly string[], url: string): Promise<readonly string[]> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let text = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  await once(socket, "connect");
  socket.write(`${request.join("\r\n")}\r\nconnection: close\r\n\r\n`);
  await Promise.race([once(socket, "close"), sleep(PATIENCE_MS)]);
  socket.destroy();
  return text.split(/\r?\n/);
}
