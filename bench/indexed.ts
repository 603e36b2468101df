import { setTimeout as sleep } from "node:timers/promises";
import { ask, type Target } from "./target.ts";

const LOOK_EACH_MS = 100;

interface Health {
  readonly waiting: number;
  readonly isRebuilding: boolean;
}

/** Resolves with the seconds it took once nothing waits for the search index, nor is compared with the journal; asks as an operator. */
export async function indexed(operator: Target, withinMs: number): Promise<number> {
  const startedAt = performance.now();
  const question = JSON.stringify({ piggybackCommand: { type: "status.commands:retrieveHealth" } });
  for (;;) {
    const body = await ask(operator, "POST", "/devops/piggyback/search", question);
    const { statusInfo } = JSON.parse(body) as { statusInfo: { details: { INFO: Health }[] } };
    const health = statusInfo.details[0]?.INFO;
    if (health?.waiting === 0 && !health.isRebuilding) return (performance.now() - startedAt) / 1_000;
    if (performance.now() - startedAt > withinMs)
      throw new Error(`the search index was not complete in time: ${JSON.stringify(health)}`);
    await sleep(LOOK_EACH_MS);
  }
}
