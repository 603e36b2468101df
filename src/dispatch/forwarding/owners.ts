// Gets things done by the owners of entities: here where that is this member, else by asking the owner, and again where nobody
// could be sure to own it.

import { AsyncResource } from "node:async_hooks";
import { TwinError } from "../../base/errors.ts";
import { internalError } from "../../base/internal-error.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import { Unreachable } from "../../cluster/wire.ts";
import { RevisionTaken } from "../../journal/journal.ts";
import { StateVoid } from "../errors.ts";
import type { Turns } from "../turns.ts";
import { Lines, type Waiter } from "./lines.ts";
import { Pulse } from "./pulse.ts";
import { UnderWay } from "./under-way.ts";
import { printError, readError } from "./wire-reply.ts";

/** A kind of what owners are asked to do. `A` is what is asked, `T` what comes of it; both cross as one line of text. */
export interface Errand<A, T> {
  /** On the wire. */
  readonly topic: string;
  idOf(asked: A): string;
  /** Whether doing it twice is as good as once. */
  isRead(asked: A): boolean;
  /** Does it, as the owner. Called in the order in which things of one entity were asked; refuses with `TwinError`. */
  here(asked: A): Promise<T>;
  printAsked(asked: A): string;
  readAsked(printed: string, from: string): A;
  printDone(done: T): string;
  readDone(printed: string): T;
  /** The refusal where nobody can do it, or nobody knows whether it was done. */
  unavailable(asked: A): TwinError;
  /** How long is tried at most, in milliseconds; as long as with most where that is absent. */
  readonly timeMs?: number;
  /**
   * Whether it waits only for errands of its own kind, and nothing else that is asked of the entity waits for it: so must go what
   * something else that was begun waits for.
   */
  readonly isApart?: boolean;
}

/** How a kind of errand is run by one member. */
export interface Runner<A, T> {
  /** Has it done by the owner. Rejects with 503 once its time is over; of a write that means that the outcome is not known. */
  run(asked: A): Promise<T>;
  /** Does it here, once, or rejects with 503 where this member does not own the entity, or not all the time until it is done. */
  runHere(asked: A): Promise<T>;
}

/** How long is tried until something is refused, and for which part of the time left an owner that may not serve yet keeps what others ask. */
const ERRAND_MS = 15_000;
const KEPT_SHARE = 0.7;
/** How often something is decided anew because another wrote the revision: only an owner that was cut off does. */
const MOST_TAKEN = 5;

/** It could not be done now, and certainly was not: it may be tried again. */
const again = Symbol("again");
/** The member that was asked does not own the entity. */
const notMine = Symbol("not mine");

interface Job<A, T> {
  readonly errand: Errand<A, T>;
  readonly asked: A;
  readonly id: string;
  /** Those of one key keep their order. */
  readonly key: string;
  readonly place: number;
  /** By the monotonic clock. */
  readonly until: number;
  /** Who was asked by another does not ask on, and waits for the view that the other went by; absent where others may be asked. */
  readonly epoch: number | undefined;
  taken: number;
}

export interface OwnersParts {
  readonly cluster: Cluster;
  /** Those of the dispatcher of this member. */
  readonly turns: Turns;
  /** Told of what should not have happened while something was done for another member. */
  readonly onFault: (error: unknown) => void;
  /** How long is tried until something is refused, in milliseconds; 15,000 unless given. */
  readonly timeMs?: number;
}

/** For its line: what it belongs to. */
interface InLine extends Waiter {
  readonly job: Pick<Job<unknown, unknown>, "id" | "key" | "errand" | "epoch">;
}

/** Keeps what is asked of one entity in order, also across changes of its owner. At most 20,000 wait; beyond, 503. */
export class Owners {
  readonly #parts: OwnersParts;
  /** Those that could not be done at once. */
  readonly #lines: Lines<InLine>;
  readonly #underWay = new UnderWay();
  /** Counts how often the lease ran out. */
  #term = 0;
  /** Counts what was asked. */
  #asked = 0;

  constructor(parts: OwnersParts) {
    this.#parts = parts;
    const { cluster } = parts;
    this.#lines = new Lines(cluster.self.id, new Pulse(cluster), ({ job }, isFirst) =>
      this.#way(job, isFirst),
    );
    parts.cluster.watch({ renewed: () => this.#term++ });
  }

  /** Answers others from now on, and gives how errands of a kind are run. */
  handle<A, T>(errand: Errand<A, T>): Runner<A, T> {
    const { timeMs = this.#parts.timeMs ?? ERRAND_MS } = errand;
    const jobOf = (asked: A, ms: number, epoch?: number): Job<A, T> => {
      const id = errand.idOf(asked);
      const key = errand.isApart ? `${errand.topic} ${id}` : id;
      const until = performance.now() + ms;
      return { errand, asked, id, key, place: ++this.#asked, until, epoch, taken: 0 };
    };
    this.#parts.cluster.wire.onRequest(errand.topic, async (payload, from) => {
      const [ms = "", epoch = ""] = payload.split(" ", 2);
      const asked = errand.readAsked(payload.slice(ms.length + epoch.length + 2), from);
      return this.#answer(jobOf(asked, KEPT_SHARE * Math.min(timeMs, Number(ms)), Number(epoch)));
    });
    return {
      run: (asked) => this.#run(jobOf(asked, timeMs)),
      runHere: (asked) => this.#runOnce(jobOf(asked, 0, 0)),
    };
  }

  /** What another member is told: how it went, and then what came of it. */
  async #answer<A, T>(job: Job<A, T>): Promise<string> {
    try {
      return `=${job.errand.printDone(await this.#run(job))}`;
    } catch (error) {
      if (error === notMine) return "?";
      if (error instanceof TwinError) return `!${printError(error)}`;
      this.#parts.onFault(error);
      return `!${printError(internalError())}`;
    }
  }

  async #runOnce<A, T>(job: Job<A, T>): Promise<T> {
    const done = this.#parts.cluster.mayServe(job.id) ? await this.#here(job) : again;
    if (done === again) throw job.errand.unavailable(job.asked);
    return done;
  }

  /** At once where nothing is in the way, and then without a wait before it is begun. */
  async #run<A, T>(job: Job<A, T>): Promise<T> {
    if (this.#wouldOvertake(job)) return this.#inLine(job, 0);
    const done = await this.#attempt(job);
    return done === again ? this.#inLine(job, 1) : done;
  }

  #wouldOvertake<A, T>({ id, key, errand }: Job<A, T>): boolean {
    const { cluster, turns } = this.#parts;
    if (this.#lines.busy(key)) return true;
    if (cluster.mayServe(id)) return this.#underWay.isElsewhere(key, cluster.self.id);
    return (!errand.isApart && turns.busy(id)) || this.#underWay.isElsewhere(key, cluster.ownerOf(id));
  }

  /** What is begun later still belongs to the trace of who asked. */
  #inLine<A, T>(job: Job<A, T>, tries: number): Promise<T> {
    const { key, place, until } = job;
    return new Promise((resolve, reject) => {
      const begin = AsyncResource.bind(async (): Promise<boolean> => {
        try {
          const done = await this.#attempt(job);
          if (done === again) return true;
          resolve(done);
        } catch (error) {
          reject(error as Error);
        }
        return false;
      });
      const refuse = (
        error: unknown = job.epoch === undefined ? job.errand.unavailable(job.asked) : notMine,
      ) => reject(error as Error);
      this.#lines.add({ key, place, until, job, begin, refuse }, tries);
    });
  }

  /** What was begun here, or is under way elsewhere, ends before others are asked. */
  #way({ id, key, errand, epoch = 0 }: InLine["job"], isFirst: boolean): string | Promise<void> | undefined {
    const { cluster, turns } = this.#parts;
    const to = cluster.mayServe(id) ? cluster.self.id : cluster.ownerOf(id);
    if (!cluster.mayServe(id)) {
      if (!errand.isApart && turns.busy(id)) return turns.over(id);
      if (to === cluster.self.id || epoch > cluster.epoch) return undefined;
    }
    const isInTheWay = isFirst ? this.#underWay.has(key) : this.#underWay.isElsewhere(key, to);
    return isInTheWay ? this.#underWay.idle(key) : to;
  }

  async #attempt<A, T>(job: Job<A, T>): Promise<T | typeof again> {
    const { cluster } = this.#parts;
    if (cluster.mayServe(job.id)) return this.#here(job);
    const owner = cluster.ownerOf(job.id);
    // Refusing by an older view than the asker has would let what it asks next overtake this.
    if (owner === cluster.self.id || (job.epoch ?? 0) > cluster.epoch) return again;
    if (job.epoch !== undefined) throw notMine;
    return this.#there(job, owner);
  }

  /**
   * What was done while the lease ran out is not told to have been: others may have answered for the entity meanwhile. That the slot
   * was lost in order does no harm, as nobody else serves it before this is done.
   */
  async #here<A, T>(job: Job<A, T>): Promise<T | typeof again> {
    const { errand, asked } = job;
    const term = this.#term;
    try {
      const done = await errand.here(asked);
      if (this.#parts.cluster.leaseHolds() && term === this.#term) return done;
    } catch (error) {
      if (this.#isUndone(job, error)) return again;
      throw error;
    }
    if (errand.isRead(asked)) return again;
    throw errand.unavailable(asked);
  }

  /** Whether a refusal says that certainly nothing was written, as what it was decided on was void or old. */
  #isUndone<A, T>(job: Job<A, T>, error: unknown): boolean {
    const cause = error instanceof TwinError ? error.cause : undefined;
    if (cause instanceof StateVoid) return true;
    return cause instanceof RevisionTaken && ++job.taken <= MOST_TAKEN;
  }

  async #there<A, T>({ errand, asked, key, until }: Job<A, T>, owner: string): Promise<T | typeof again> {
    const end = this.#underWay.begin(key, owner);
    try {
      const { cluster } = this.#parts;
      const ms = Math.max(1, Math.ceil(until - performance.now()));
      const text = `${ms} ${cluster.epoch} ${errand.printAsked(asked)}`;
      const answer = await cluster.wire.request(owner, errand.topic, text, ms);
      return answered(errand, answer);
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      if (error.isPermanent) throw errand.unavailable(asked);
      if (error.isUndelivered || errand.isRead(asked)) return again;
      throw errand.unavailable(asked);
    } finally {
      end();
    }
  }
}

function answered<A, T>(errand: Errand<A, T>, answer: string): T | typeof again {
  switch (answer[0]) {
    case "=":
      return errand.readDone(answer.slice(1));
    case "!":
      throw readError(answer.slice(1));
    default:
      return again;
  }
}
