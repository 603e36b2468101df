// Documents in a cluster: each member holds all of them, and every change is told to all before it is answered.

import type { JsonObject, JsonValue } from "../../base/json/json.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import { printOutcome, readOutcome } from "./at-owner.ts";
import type { DocumentKind } from "./document.ts";

/** A committed change, as members tell one another of it. */
export interface ToldChange {
  readonly id: string;
  readonly revision: number;
  readonly event: string;
}

/** What a member does with what it is told; it reads the document itself from the journal. */
export interface Learner {
  /** Resolves once the change is known here; `acting` is what comes of it. */
  learn(change: ToldChange): Promise<{ readonly acting: Promise<void> }>;
  /** Something may have been missed: all is to be compared with the journal. */
  compare(): void;
}

export interface OtherMembers {
  /**
   * Tells all others of a change. `known` resolves once each of them has it, or can serve nothing any more; `done` once what came of it
   * is done there as well, and rejects with the refusal of one of them.
   */
  tell(change: ToldChange): { readonly known: Promise<void>; readonly done: Promise<void> };
  /** Tells and learns nothing any more. */
  close(): void;
}

export interface MembersParts {
  readonly cluster: Cluster;
  readonly kind: DocumentKind;
  readonly learner: Learner;
  /** Milliseconds that others may take for what comes of a change. */
  readonly limitMs: number;
}

/** Changes of which is kept what came of them, until it is asked for. */
const MOST_ACTING = 1_000;

/** Listens to the other members from now on. */
export function otherMembers({ cluster, kind, learner, limitMs }: MembersParts): OtherMembers {
  const { wire } = cluster;
  const topics = { changed: `${kind}.changed`, done: `${kind}.done` };
  const acting = new Map<string, Promise<void>>();
  let isOver = false;

  wire.onRequest(topics.changed, async (payload) => {
    if (isOver) return "";
    const change = JSON.parse(payload) as ToldChange;
    const learned = await learner.learn(change);
    learned.acting.catch(() => undefined); // it is told to who asks
    keep(keyOf(change), learned.acting);
    return "";
  });
  wire.onRequest(topics.done, (payload) => {
    const key = keyOf(JSON.parse(payload) as ToldChange);
    const work = acting.get(key) ?? Promise.resolve();
    return printOutcome(() => work.finally(() => acting.delete(key)));
  });
  wire.onLoss(() => learner.compare());
  const unwatch = cluster.watch({
    viewed({ gone }) {
      if (gone.some(({ isCrashed }) => isCrashed)) learner.compare();
    },
    // What was changed while this member was on its way in, nobody told it of.
    acquired: () => learner.compare(),
    renewed: () => learner.compare(),
  });

  function keep(key: string, work: Promise<void>): void {
    acting.set(key, work);
    if (acting.size <= MOST_ACTING) return;
    for (const oldest of acting.keys()) {
      acting.delete(oldest);
      return;
    }
  }

  async function askAll(change: ToldChange): Promise<void> {
    const others = cluster.members.filter(({ id }) => id !== cluster.self.id);
    await Promise.all(others.map(({ id }) => askOne(id, change)));
  }

  /** Of who is gone, or too slow, nothing can be told. */
  async function askOne(member: string, change: ToldChange): Promise<JsonValue | undefined> {
    let answer: string;
    try {
      answer = await wire.request(member, topics.done, print(change), limitMs);
    } catch {
      return undefined;
    }
    return readOutcome(answer);
  }

  return {
    tell(change) {
      const known = wire.requestAll(topics.changed, print(change));
      const done = known.then(() => askAll(change));
      done.catch(() => undefined); // not everybody waits for it
      return { known, done };
    },
    close() {
      isOver = true;
      unwatch();
    },
  };
}

const keyOf = ({ id, revision }: ToldChange): string => `${revision} ${id}`;
const print = (change: ToldChange): string => JSON.stringify(change as unknown as JsonObject);
