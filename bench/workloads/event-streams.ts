import { type Bench, rowsOf } from "../bench.ts";
import { interleave } from "../interleave.ts";
import type { Measured } from "../load/measured.ts";
import type { StreamsJob } from "../load/streams.ts";
import type { BareSseJob } from "../peers/bare-sse.ts";
import { Program } from "../program.ts";
import type { BenchRow } from "../row.ts";
import { propertyPath, requestText, type Target, thingId } from "../target.ts";

const readers = 1_000;
/** As many as for WebSocket sessions. */
const underWay = 4;
const THINGS = "/api/2/things";
const accept = { accept: "text/event-stream" };

/** One change to 1,000 streams of server-sent events, beside node:http that writes as many bytes to each reader. */
export async function eventStreams({ target, rounds, roundSeconds }: Bench): Promise<BenchRow[]> {
  await using peer = new Program<BareSseJob, number>("peers/bare-sse.ts");
  await using ours = new Program<StreamsJob, Measured>("load/streams.ts");
  await using bare = new Program<StreamsJob, Measured>("load/streams.ts");
  const barePort = await peer.run({ event: await anEvent(target) });
  const { hostname, port } = new URL(target.url);
  await ours.run({
    do: "hold",
    host: hostname,
    port: Number(port),
    request: requestText(target, "GET", THINGS, undefined, accept),
    count: readers,
  });
  await bare.run({
    do: "hold",
    host: "127.0.0.1",
    port: barePort,
    request: "GET /listen HTTP/1.1\r\nhost: bare\r\n\r\n",
    count: readers,
  });
  const load = { do: "deliver", seconds: roundSeconds, underWay } as const;
  const writes = [1.5, 2.5, 3.5, 4.5].map((value) => requestText(target, "PUT", pathOf(), String(value)));
  const measured = await interleave(
    rounds,
    () => ours.run({ ...load, writes }),
    () => bare.run({ ...load, writes: ["PUT / HTTP/1.1\r\nhost: bare\r\ncontent-length: 0\r\n\r\n"] }),
  );
  return rowsOf(`Change to ${readers} event streams`, "deliveries/s", 0.5, measured);
}

const pathOf = (): string => `${THINGS}/${thingId(0)}/${propertyPath}`;

/** The text of a change as the server sends it, so that the limit sends as many bytes. */
async function anEvent(target: Target): Promise<string> {
  const leaving = new AbortController();
  const { signal } = leaving;
  const stream = await fetch(new URL(THINGS, target.url), {
    headers: { ...target.owner, ...accept },
    signal,
  });
  const headers = { ...target.owner, "content-type": "application/json" };
  await fetch(new URL(pathOf(), target.url), { method: "PUT", headers, body: "9.5" });
  let text = "";
  for await (const chunk of (stream.body as ReadableStream<Uint8Array>).values()) {
    text += Buffer.from(chunk);
    if (text.includes("data:{")) break;
  }
  leaving.abort();
  return text.slice(text.indexOf("data:{"));
}
