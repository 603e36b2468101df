import type { Bench } from "../bench.ts";
import type { BenchRow } from "../row.ts";
import { propertyPath, requestText, thingCount, thingId } from "../target.ts";
import { besideBareHttp } from "./beside-bare-http.ts";

/** PUT of one property, answered after commit, beside a bare hono PUT that does nothing. */
function put(bench: Bench, connections: number, aim: number): Promise<BenchRow[]> {
  const requests = Array.from({ length: thingCount * 8 }, (_, i) =>
    requestText(
      bench.target,
      "PUT",
      `/api/2/things/${thingId(i % thingCount)}/${propertyPath}`,
      `${20 + i / 10}`,
    ),
  );
  return besideBareHttp(bench, { name: "PUT of a property", connections, requests, peerBody: "", aim });
}

export const put32 = (bench: Bench): Promise<BenchRow[]> => put(bench, 32, 0.4);
export const put128 = (bench: Bench): Promise<BenchRow[]> => put(bench, 128, 0.5);

/** A merge of three features of a thing, answered after commit. */
export function merge(bench: Bench): Promise<BenchRow[]> {
  const requests = Array.from({ length: thingCount * 8 }, (_, i) => {
    const reading = { properties: { value: 20 + i / 10, quality: "good" } };
    const patch = { features: { temperature: reading, vibration: reading, power: reading } };
    const path = `/api/2/things/${thingId(i % thingCount)}`;
    const type = { "content-type": "application/merge-patch+json" };
    return requestText(bench.target, "PATCH", path, JSON.stringify(patch), type);
  });
  return besideBareHttp(bench, {
    name: "Merge of three features",
    connections: 32,
    requests,
    peerBody: "",
    aim: 0.2,
  });
}
