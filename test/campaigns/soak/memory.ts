// Whether a process grows: a line through samples of its memory.

import type { TestServer } from "../../support/server.ts";

export interface Sample {
  /** Minutes since the start. */
  readonly at: number;
  readonly residentKb: number;
  readonly heapKb: number;
}

/** Growth in kB a minute. */
export interface Slopes {
  readonly resident: number;
  readonly heap: number;
}

/** What a server's memory is now, as it tells itself. */
export async function sampleMemory(server: TestServer, at: number): Promise<Sample> {
  const text = await (await server.fetch("/metrics")).text();
  const gauge = (name: string) => {
    const [, value] = new RegExp(`^${name} (\\S+)$`, "m").exec(text) ?? [];
    if (value === undefined) throw new Error(`/metrics has no ${name}`);
    return Math.round(Number(value) / 1_000);
  };
  return {
    at,
    residentKb: gauge("process_resident_memory_bytes"),
    heapKb: gauge("nodejs_heap_size_used_bytes"),
  };
}

/** How memory grows once the server is warm: the least of each of so many stretches, since garbage comes and goes. */
export function slopesOf(samples: readonly Sample[], warmUpShare = 1 / 3, stretches = 20): Slopes {
  const from = (samples.at(-1)?.at ?? 0) * warmUpShare;
  const warm = samples.filter(({ at }) => at >= from);
  const length = Math.max(1, Math.ceil(warm.length / stretches));
  const least = (of: (sample: Sample) => number): (readonly [number, number])[] =>
    Array.from({ length: Math.ceil(warm.length / length) }, (_, i) => {
      const stretch = warm.slice(i * length, (i + 1) * length);
      return [stretch[0]?.at ?? 0, Math.min(...stretch.map(of))];
    });
  return {
    resident: slope(least(({ residentKb }) => residentKb)),
    heap: slope(least(({ heapKb }) => heapKb)),
  };
}

/** Of the line with the least squares. */
function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (of: (point: readonly [number, number]) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [meanX, meanY] = [mean(([x]) => x), mean(([, y]) => y)];
  const spread = mean(([x]) => (x - meanX) ** 2);
  return spread === 0 ? 0 : mean(([x, y]) => (x - meanX) * (y - meanY)) / spread;
}
