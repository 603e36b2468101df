import type { Bench } from "../bench.ts";
import type { BenchRow } from "../row.ts";
import { ask, requestText, thingCount, thingId } from "../target.ts";
import { besideBareHttp } from "./beside-bare-http.ts";

const connections = 32;
const pathOf = (i: number): string => `/api/2/things/${thingId(i)}`;

/** GETs of every thing in turn, beside a bare server that returns the bytes of the first answer. */
async function gets(
  bench: Bench,
  nameOf: (body: string) => string,
  aim: number,
  query = "",
  headers: Readonly<Record<string, string>> = {},
): Promise<BenchRow[]> {
  const { target } = bench;
  const peerBody = await ask(target, "GET", `${pathOf(0)}${query}`);
  const requests = Array.from({ length: thingCount }, (_, i) =>
    requestText(target, "GET", `${pathOf(i)}${query}`, undefined, headers),
  );
  return besideBareHttp(bench, { name: nameOf(peerBody), connections, requests, peerBody, aim });
}

/** GET of a 1 KB thing, authenticated and enforced. */
export const get = (bench: Bench): Promise<BenchRow[]> =>
  gets(bench, (body) => `GET of a ${Buffer.byteLength(body)} byte thing`, 0.6);

/** GET of selected fields, nested and with a wildcard. */
export const fields = (bench: Bench): Promise<BenchRow[]> =>
  gets(
    bench,
    () => "GET of selected fields",
    0.4,
    "?fields=thingId,attributes(serial,location/hall),features/*/properties/value,_revision",
  );

/** GET under an RQL condition that holds. */
export const condition = (bench: Bench): Promise<BenchRow[]> =>
  gets(bench, () => "GET under a condition", 0.4, "", {
    condition: 'and(eq(attributes/model,"M-1000"),gt(features/vibration/properties/value,1))',
  });

/** Conditional GET of what the client has already: 304. */
export async function notModified(bench: Bench): Promise<BenchRow[]> {
  const { target } = bench;
  const requests: string[] = [];
  for (let i = 0; i < thingCount; i++) {
    const answer = await fetch(new URL(pathOf(i), target.url), { headers: target.owner });
    await answer.arrayBuffer();
    const etag = answer.headers.get("etag") as string;
    requests.push(requestText(target, "GET", pathOf(i), undefined, { "if-none-match": etag }));
  }
  return besideBareHttp(bench, {
    name: "GET of what is not modified",
    connections,
    requests,
    peerBody: "",
    aim: 0.6,
  });
}
