// What must be done by one member of a cluster only: by whom a key belongs to, whoever is asked.

import { TwinError } from "../../base/errors.ts";
import { isObject, type JsonObject, type JsonValue } from "../../base/json/json.ts";
import { parseStored } from "../../base/json/parse.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import { Unreachable } from "../../cluster/wire.ts";
import { printError, readError } from "../forwarding/wire-reply.ts";

export interface OwnedWork<Asked, Outcome> {
  readonly cluster: Cluster;
  /** The name of this kind of work between the members. */
  readonly topic: string;
  readonly keyOf: (asked: Asked) => string;
  /** What is asked and what comes of it, as JSON and back; numbers stay exact. */
  readonly print: (asked: Asked) => JsonValue;
  readonly read: (json: JsonValue) => Asked;
  /** Does it here. */
  readonly run: (asked: Asked) => Promise<Outcome>;
  /** How it is refused where it is not known what became of it, or where nobody can do it now. */
  readonly unavailable: (asked: Asked) => TwinError;
  /** Milliseconds that it may take. */
  readonly limitMs: number;
}

/** So long is waited for a member that may do it. */
const OWNER_WAIT_MS = 15_000;
/** Between two attempts where no other view comes. */
const AGAIN_MS = 500;

/** What a member answers: the outcome, a refusal, or that it is not the one to ask. */
type Told = JsonObject & { readonly is: "done" | "refused" | "elsewhere" };

/**
 * Gives what has the work done by the owner of its key, here or elsewhere. It is begun once: where the owner does not answer any more,
 * or its lease is over when it is done, it is refused as unavailable, since what became of it is not known.
 * Outcomes are plain JSON. In a server by itself this is `run`.
 */
export function atOwner<Asked, Outcome>(work: OwnedWork<Asked, Outcome>): (asked: Asked) => Promise<Outcome> {
  const { cluster, topic, keyOf, run, unavailable } = work;
  if (cluster.isAlone) return run;

  /** Does it, and looks whether that counts. */
  async function here(asked: Asked): Promise<Outcome> {
    const outcome = await run(asked);
    if (!cluster.leaseHolds()) throw unavailable(asked);
    return outcome;
  }

  cluster.wire.onRequest(topic, async (payload) => {
    let isElsewhere = false;
    const told = await printOutcome(async () => {
      const asked = work.read(parseStored(payload));
      isElsewhere = !cluster.mayServe(keyOf(asked));
      return isElsewhere ? undefined : here(asked);
    });
    return isElsewhere ? JSON.stringify({ is: "elsewhere" }) : told;
  });

  return async (asked) => {
    const until = performance.now() + OWNER_WAIT_MS;
    const key = keyOf(asked);
    for (;;) {
      if (cluster.mayServe(key)) return here(asked);
      const owner = cluster.ownerOf(key);
      const told = owner === cluster.self.id ? undefined : await ask(work, owner, asked);
      if (told?.is === "done") return told.outcome as Outcome;
      if (told?.is === "refused") throw readError(told.error as string);
      if (performance.now() >= until) throw unavailable(asked);
      await changeOrPause(cluster, AGAIN_MS);
    }
  };
}

/** `undefined` where the owner has certainly not seen it. */
async function ask<Asked, Outcome>(
  { cluster, topic, print, unavailable, limitMs }: OwnedWork<Asked, Outcome>,
  owner: string,
  asked: Asked,
): Promise<Told | undefined> {
  try {
    const answer = await cluster.wire.request(owner, topic, JSON.stringify(print(asked)), limitMs);
    return parseStored(answer) as Told;
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    if (error.isUndelivered) return undefined;
    throw unavailable(asked);
  }
}

/** The text that tells another member what came of something; a fault that is no refusal is thrown on. */
export async function printOutcome(task: () => Promise<unknown>): Promise<string> {
  try {
    const outcome = await task();
    return JSON.stringify({ is: "done", ...(outcome !== undefined && { outcome }) });
  } catch (error) {
    if (!(error instanceof TwinError)) throw error;
    return JSON.stringify({ is: "refused", error: printError(error) });
  }
}

/** What another member told of an outcome; throws the refusal where it was one. */
export function readOutcome(answer: string): JsonValue | undefined {
  const told = parseStored(answer);
  if (isObject(told) && told.is === "refused") throw readError(told.error as string);
  return isObject(told) ? told.outcome : undefined;
}

/** Resolves with another view, or after a while. */
async function changeOrPause(cluster: Cluster, ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([cluster.nextChange(), promise]);
  clearTimeout(timer);
}
