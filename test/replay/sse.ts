// Replays a recorded stream of server-sent events with the requests made meanwhile, and collects how ours differs.

import { Bindings } from "./bindings.ts";
import { ChunkedAnswer, type Head } from "./chunks.ts";
import { differences, type OurResponse } from "./compare.ts";
import { setUp } from "./found.ts";
import type { Outcome } from "./http.ts";
import { Pauses } from "./pauses.ts";
import {
  type Header,
  type RecordedBody,
  type RecordedResponse,
  readLines,
  type WireRequest,
} from "./recording.ts";
import { send } from "./send.ts";
import { type Line, type Step, stepsOf } from "./transcript.ts";

/** How long a chunk is waited for; a heartbeat comes each second. */
const PATIENCE_MS = 2_500;

/** Replays one stream; the outcomes are those of the head of the answer, of each chunk, and of each request meanwhile. */
export async function replaySse(file: string, url: string, maxPauseMs: number): Promise<Outcome[]> {
  await setUp(file, url);
  const { asked, head, body, steps } = read(file);
  const bindings = new Bindings(new URL(url).host);
  const pauses = new Pauses(maxPauseMs);
  const answer = await ChunkedAnswer.to(
    url,
    asked.map((line) => bindings.translate(line)),
  );
  const outcome = (n: number, name: string, found: readonly string[]): Outcome => ({
    n,
    name,
    asked: asked.join(", "),
    differences: found,
  });
  try {
    const ours = await answer.head(PATIENCE_MS);
    const text = body ? await answer.rest(PATIENCE_MS) : "";
    const recorded = { ...head, body: body ?? { kind: "text", text: "" } } as const;
    const outcomes = [outcome(0, "head", differences(recorded, { ...ours, body: text }, bindings))];
    let pending: Promise<OurResponse> | undefined;
    for (const step of steps) {
      if (step.is === "request") {
        await pauses.until(step.at);
        pending = send(url, step.request);
      } else if (step.is === "response") {
        outcomes.push(outcome(step.n, "response", await judged(step.response, pending, bindings)));
      } else {
        const our = (await answer.chunk(PATIENCE_MS)) ?? "nothing";
        const found = bindings.matches(step.chunk, our) ? [] : [`chunk: ${step.chunk} recorded, ours ${our}`];
        outcomes.push(outcome(step.n, "chunk", found));
      }
    }
    return outcomes;
  } finally {
    answer.close();
  }
}

async function judged(
  recorded: RecordedResponse,
  pending: Promise<OurResponse> | undefined,
  bindings: Bindings,
): Promise<string[]> {
  if (!pending) throw new Error("a response without a request");
  return differences(recorded, await pending, bindings);
}

/** How many outcomes the replay of a recording has, where it goes as recorded. */
export const outcomesIn = (file: string): number =>
  1 + read(file).steps.filter(({ is }) => is !== "request").length;

/** What happens once the stream is open; `n` is the line of the recording. */
type Happening =
  | { readonly is: "chunk"; readonly n: number; readonly chunk: string }
  | { readonly is: "request"; readonly n: number; readonly request: WireRequest; readonly at: number }
  | { readonly is: "response"; readonly n: number; readonly response: RecordedResponse };

interface Recorded {
  readonly asked: readonly string[];
  readonly head: Head;
  /** Of an answer that is no stream. */
  readonly body: RecordedBody | undefined;
  readonly steps: readonly Happening[];
}

/** A recording has the lines of the request, of the head of the answer, and then what happened. */
function read(file: string): Recorded {
  const lines = readLines(file) as Line[];
  const begins = lines.findIndex(({ server }) => server !== undefined);
  const isHead = ({ server }: Line) =>
    typeof server === "string" && /^(?:HTTP\/|[A-Za-z-]+: |$)/.test(server);
  const ends = lines.findIndex((line, i) => i >= begins && !isHead(line));
  const head = headOf(lines.slice(begins, ends).map(({ server }) => String(server)));
  const asked = lines.slice(0, begins).map(({ client }) => String(client));
  const json = lines[ends]?.server;
  if (typeof json === "object" && json !== null) {
    return { asked, head, body: { kind: "json", json }, steps: [] };
  }
  return { asked, head, body: undefined, steps: happenings(stepsOf(lines, ends)) };
}

/** The recordings have an empty line before the headers of the transport. */
function headOf([status = "", ...lines]: readonly string[]): Head {
  const headers = lines
    .filter((line) => line !== "")
    .map((line): Header => [line.slice(0, line.indexOf(": ")), line.slice(line.indexOf(": ") + 2)]);
  return { status: Number(status.split(" ")[1]), headers };
}

/** A chunk begins with the line of its length. */
function happenings(steps: readonly Step[]): Happening[] {
  const found: Happening[] = [];
  for (const step of steps) {
    const last = found.at(-1);
    if (step.kind === "request") found.push({ is: "request", ...step });
    else if (step.kind === "response") found.push({ is: "response", ...step });
    else if (step.kind === "receive" && /^[0-9a-f]+$/.test(String(step.frame)))
      found.push({ is: "chunk", n: step.n, chunk: String(step.frame) });
    else if (step.kind === "receive" && last?.is === "chunk")
      found.splice(-1, 1, { ...last, chunk: `${last.chunk} ${String(step.frame)}` });
    else throw new Error(`line ${step.n} belongs to no chunk`);
  }
  return found;
}
