// Runs beside the server, since one comparison takes tens of milliseconds or more. See bcrypt-thread.ts.

import { parentPort } from "node:worker_threads";
import bcrypt from "bcryptjs";
import { standBack } from "../../base/stand-back.ts";
import type { Answer, Question } from "./bcrypt-messages.ts";

standBack();
parentPort?.on("message", ({ id, password, hashes, others }: Question) => {
  const matches = hashes.filter((hash) => bcrypt.compareSync(password, hash)).length > 0;
  for (const hash of others) bcrypt.compareSync(password, hash);
  parentPort?.postMessage({ id, matches } satisfies Answer);
});
