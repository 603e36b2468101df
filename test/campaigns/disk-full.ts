// `npm run disk-full`: the disk under the embedded database is full, twice. Needs root, to mount a small one.

import { diskFull } from "./disk-full/disk-full.ts";

const result = await diskFull(console.log);
for (const violation of result.violations) console.error(violation);
console.log(
  `${result.acknowledged} writes acknowledged, ${result.refused} refused, recovered ` +
    `${(result.recoveredMs / 1_000).toFixed(1)} s after there was room again, ${result.violations.length} violations`,
);
if (result.violations.length > 0) process.exitCode = 1;
