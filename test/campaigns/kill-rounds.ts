// `npm run kill-rounds -- [--rounds 50] [--storage pglite|postgres]`: kill -9 under load; both storages by default.

import { parseArgs } from "node:util";
import { killRounds } from "./kill.ts";
import { newPlace, type StorageKind } from "./place.ts";

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "50" },
    storage: { type: "string", default: "pglite,postgres" },
  },
});

for (const kind of options.storage.split(",") as StorageKind[]) {
  await using place = await newPlace(kind);
  const result = await killRounds(place, Number(options.rounds), console.log);
  for (const violation of result.violations) console.error(violation);
  console.log(
    `${kind}: ${options.rounds} deaths, ${result.acknowledged} writes acknowledged, ${result.events} events seen, ` +
      `${result.violations.length} violations`,
  );
  if (result.violations.length > 0) process.exitCode = 1;
}
