// Server-sent events as they come.

import { asDitto } from "./servers.ts";

export interface EventReader {
  /** Resolves once the stream is open. */
  readonly open: Promise<void>;
  /** The lines of the next event that is no heartbeat. */
  next(): Promise<string>;
  close(): void;
}

/** Opens a stream of events. */
export function readEvents(url: string): EventReader {
  const abort = new AbortController();
  const answer = fetch(url, {
    headers: { ...asDitto, accept: "text/event-stream" },
    signal: abort.signal,
  });
  const events = eventsOf(answer);
  return {
    open: answer.then(() => undefined),
    async next() {
      const { value, done } = await events.next();
      if (done) throw new Error("the stream of events is over");
      return value;
    },
    close: () => abort.abort(),
  };
}

async function* eventsOf(answer: Promise<Response>): AsyncGenerator<string, void> {
  const { body } = await answer;
  let text = "";
  for await (const part of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const events = (text + part).split("\n\n");
    text = events.pop() ?? "";
    yield* events.filter((event) => event !== "data:");
  }
}
