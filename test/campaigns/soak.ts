// `npm run soak -- [--minutes 30] [--storage pglite|postgres]`: everything live at once, and whether the server grows.

import { parseArgs } from "node:util";
import { newPlace, type StorageKind } from "./place.ts";
import { soak } from "./soak/soak.ts";

/** In kB a minute. Below, what is left of a line through noisy samples; a leak of 1 kB a connection is far above. */
const FLAT = { resident: 1_000, heap: 200 };

const { values: options } = parseArgs({
  options: { minutes: { type: "string", default: "30" }, storage: { type: "string", default: "pglite" } },
});

await using place = await newPlace(options.storage as StorageKind);
const seconds = Number(options.minutes) * 60;
const { counts, slopes, violations } = await soak(
  place,
  { seconds, sampleEverySeconds: Math.max(1, seconds / 360) },
  console.log,
);
for (const [what, times] of counts) console.log(`${String(times).padStart(9)}  ${what}`);
for (const violation of violations) console.error(violation);
const isFlat = slopes.resident <= FLAT.resident && slopes.heap <= FLAT.heap;
console.log(
  `${options.minutes} minutes on ${options.storage}, ${violations.length} violations; once warm the server grew by ` +
    `${slopes.resident.toFixed(0)} kB resident and ${slopes.heap.toFixed(0)} kB of heap a minute: ` +
    `${isFlat ? "flat" : "NOT FLAT"}`,
);
if (violations.length > 0 || !isFlat) process.exitCode = 1;
