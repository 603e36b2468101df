// `npm run attacks -- [--only NAMES] [--seconds 20] [--size 1] [--storage postgres|pglite]`: attacks on a server with the settings of
// `npm start`, and what clients that behave notice of them.

import { parseArgs } from "node:util";
import { attacks } from "./attacks/all.ts";
import { attackAll } from "./attacks/campaign.ts";
import type { StorageKind } from "./place.ts";

const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    seconds: { type: "string", default: "20" },
    size: { type: "string", default: "1" },
    storage: { type: "string", default: "postgres" },
  },
});

const names = options.only === "" ? attacks.map(({ name }) => name) : options.only.split(",");
const chosen = names.map((name) => {
  const attack = attacks.find((one) => one.name === name);
  if (!attack) throw new Error(`--only ${name}? There are: ${attacks.map((one) => one.name).join(", ")}`);
  return attack;
});
const failures = await attackAll(chosen, {
  seconds: Number(options.seconds),
  size: Number(options.size),
  storage: options.storage as StorageKind,
  tell: console.log,
});
console.log(failures === 0 ? "The server stood all of them." : `${failures} findings, see above.`);
if (failures > 0) process.exitCode = 1;
