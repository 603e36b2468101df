// How long HTTP requests took, by class of path, method and status: Ditto's `roundtrip_http_seconds`. On the way of every request, so
// it is counted in plain arrays, and made into what Prometheus reads only when it is asked for.

import type { Metrics, Spread } from "../metrics.ts";

/** Upper ends of the steps, in seconds. */
const STEPS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5, 10, 60] as const;

/** Methods beyond these are told as one. */
const methods: ReadonlySet<string> = new Set(["GET", "PUT", "POST", "PATCH", "DELETE", "HEAD", "OPTIONS"]);

interface Counted {
  /** How many ended within each step, and beyond all. */
  readonly counts: Uint32Array;
  sum: number;
  count: number;
}

/** Counts a request: the class of its path, its method, its status, and how long it took in milliseconds. */
export type CountRoundTrip = (path: string, method: string, status: number, ms: number) => void;

/** Adds the metric. There are few paths, methods and statuses, so there are few series. */
export function roundTrips(metrics: Metrics): CountRoundTrip {
  const byPath = new Map<string, Map<string, Map<number, Counted>>>();
  metrics.spreads(
    "roundtrip_http_seconds",
    "How long HTTP requests took until their answer began.",
    ["ditto_request_path", "ditto_request_method", "ditto_statusCode", "segment"],
    STEPS,
    () => spreadsOf(byPath),
  );
  return (path, method, status, ms) => {
    const byMethod = got(byPath, path, () => new Map<string, Map<number, Counted>>());
    const byStatus = got(byMethod, methods.has(method) ? method : "other", () => new Map<number, Counted>());
    const counted = got(byStatus, status, newCounted);
    const seconds = ms / 1_000;
    let step = 0;
    while (step < STEPS.length && seconds > (STEPS[step] as number)) step++;
    counted.counts[step] = (counted.counts[step] as number) + 1;
    counted.sum += seconds;
    counted.count++;
  };
}

const newCounted = (): Counted => ({ counts: new Uint32Array(STEPS.length + 1), sum: 0, count: 0 });

function got<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

function spreadsOf(
  byPath: ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<number, Counted>>>,
): readonly Spread[] {
  const spreads: Spread[] = [];
  for (const [path, byMethod] of byPath)
    for (const [method, byStatus] of byMethod)
      for (const [status, { counts, sum, count }] of byStatus) {
        const labels = {
          ...{ ditto_request_path: path, ditto_request_method: method },
          ...{ ditto_statusCode: String(status), segment: "overall" },
        };
        spreads.push({ labels, counts, sum, count });
      }
  return spreads;
}
