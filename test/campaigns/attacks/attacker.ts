// Program: makes attacks from a process of its own, which stands back where there is too little of the processor for all.

import { constants, setPriority } from "node:os";
import { serveJobs } from "../../../bench/load/jobs.ts";
import { attacks } from "./all.ts";
import { type Attacked, makeAttack } from "./make.ts";

export interface AttackJob {
  readonly name: string;
  readonly url: string;
  /** Only prepares where there are none. */
  readonly seconds: number;
  readonly size: number;
}

serveJobs(async ({ name, ...job }: AttackJob): Promise<Attacked> => {
  setPriority(constants.priority.PRIORITY_LOW);
  const attack = attacks.find((one) => one.name === name);
  if (!attack) throw new Error(`there is no attack ${name}`);
  return makeAttack(attack, job);
});
