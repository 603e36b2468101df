import { setTimeout as sleep } from "node:timers/promises";
import type { TestServer } from "../../support/server.ts";
import type { Tally } from "./tally.ts";

/** What the actors of a soak act on. */
export interface Stage {
  readonly server: TestServer;
  readonly things: readonly string[];
  readonly tally: Tally;
  readonly stop: AbortSignal;
}

/** One of many who do the same to the server; ends soon after the stage says so, and never rejects for what it is told. */
export type Actor = (stage: Stage) => Promise<void>;

export const authorization = `Basic ${Buffer.from("ditto:ditto").toString("base64")}`;

/** Any of them. */
export const oneOf = <T>(choices: readonly T[]): T =>
  choices[Math.floor(Math.random() * choices.length)] as T;

/** A number from 0 up to, and without, the bound. */
export const below = (bound: number): number => Math.floor(Math.random() * bound);

/** Waits so long, or until the soak ends. */
export const pause = (ms: number, stop: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal: stop }).catch(() => undefined);

/** `namespace/name` of a thing's ID, as topics begin. */
export const topicOf = (thingId: string): string => thingId.replace(":", "/");
