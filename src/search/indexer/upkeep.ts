// What keeps index and journal the same beyond single changes: comparisons at the start, now and then, and after too much
// came at once; rebuilding; the mark by which a start knows that nothing was left undone.

import pLimit from "p-limit";
import type { AccessKey } from "../store.ts";
import { type CheckParts, type CheckReport, checkAccess, checkThings, type Pace, pause } from "./check.ts";
import { tooManyTasks } from "./errors.ts";
import type { Expiries } from "./expiries.ts";
import type { IndexerParts } from "./parts.ts";
import { type RebuildOf, type RebuildParts, rebuild } from "./rebuild.ts";
import { type Steady, Stopped } from "./steady.ts";

/** Under which name the mark is kept; its text says what rows are made like, and whether all of them are written. */
const MARK = "index";
/** To be raised when rows of older versions have to be written anew. */
const FORM = 2;
/** Rows of access of one page. */
const EXPIRING = 1_000;
/** Things, namespaces or all that are written anew or wait for it: operators have to ask one after another. */
const MOST_TASKS = 100;

export interface UpkeepParts
  extends CheckParts,
    RebuildParts,
    Pick<IndexerParts, "store" | "settings" | "log"> {
  readonly expiries: Pick<Expiries, "note">;
  readonly access: CheckParts["access"] & RebuildParts["access"];
  readonly things: CheckParts["things"] & RebuildParts["things"];
  readonly steady: Steady;
  /** Resolves once what waits of policies is written. */
  readonly policiesSettled: () => Promise<void>;
}

export class Upkeep {
  readonly #parts: UpkeepParts;
  readonly #form: string;
  readonly #stopping = new AbortController();
  /** One at a time: comparisons and rebuilding. */
  readonly #inTurn = pLimit(1);
  /** Resolves once the mark is gone, and things may be written. */
  readonly ready: Promise<void>;
  /** Resolves once the rows of access are known to be right. */
  readonly accessReady: Promise<void>;
  readonly #running: Promise<void>;
  #markedForm = "";
  /** Whether all was brought up once since the start, and whether something may have been left undone since. */
  #isComplete = false;
  #isDoubtful = false;
  #isLost = false;
  #recovering: Promise<void> | undefined;
  #lastCheck: CheckReport | undefined;
  /** Asked for and not done yet. */
  #rebuilds = 0;
  #checks = 0;

  constructor(parts: UpkeepParts) {
    this.#parts = parts;
    this.#form = JSON.stringify([FORM, parts.settings.indexedFields]);
    const opened = this.#open();
    this.ready = opened.then(() => undefined);
    const access = opened.then((isClean) => this.#bringAccessUp(isClean));
    this.accessReady = access;
    this.#running = this.#run(opened, access);
    for (const promise of [this.ready, access, this.#running]) promise.catch(() => undefined);
  }

  get lastCheck(): CheckReport | undefined {
    return this.#lastCheck;
  }

  /** Whether things are written anew, or wait for it. */
  get isRebuilding(): boolean {
    return this.#rebuilds > 0;
  }

  /** Whether index and journal are compared, or wait for it. */
  get isChecking(): boolean {
    return this.#checks > 0;
  }

  /** Takes away the mark; resolves with whether it was there. */
  async #open(): Promise<boolean> {
    const { store, steady } = this.#parts;
    const mark = await steady.run(() => store.state(MARK, () => "open"));
    const [, state, form = ""] = /^(open|clean) ?(.*)$/s.exec(mark) ?? [];
    this.#markedForm = form;
    await steady.run(() => store.setState(MARK, `open ${form}`));
    return state === "clean" && form === this.#form;
  }

  async #bringAccessUp(isClean: boolean): Promise<void> {
    if (!isClean) await this.#inTurn(() => checkAccess(this.#parts, this.#pace(true)));
  }

  async #run(opened: Promise<boolean>, access: Promise<void>): Promise<void> {
    try {
      await this.#orLogged(async () => {
        const isClean = await opened;
        await access;
        await this.#noteExpiries();
        if (!isClean) await this.#bringThingsUp();
        this.#isComplete = true;
      });
      await this.#checkAgainAndAgain();
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    }
  }

  /** Does what must not end everything else when it fails; a stop does. */
  async #orLogged(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof Stopped) throw error;
      this.#isDoubtful = true;
      this.#parts.log.error({ err: error }, "the search index could not be compared with the journal");
    }
  }

  /** The moments at which rows of earlier starts are to be made anew; those that are past count at once. */
  async #noteExpiries(): Promise<void> {
    const { steady, store, expiries } = this.#parts;
    let after: AccessKey | undefined;
    do {
      const from: AccessKey | undefined = after;
      const page = await steady.run(() => store.expiringAccess(from, EXPIRING));
      for (const { policyId, until } of page) expiries.note(policyId, until);
      after = page.length < EXPIRING ? undefined : page.at(-1);
    } while (after);
  }

  async #bringThingsUp(): Promise<void> {
    const { store, steady, log } = this.#parts;
    const started = Date.now();
    if (this.#markedForm === this.#form) {
      const { things } = await this.check();
      log.info({ things, tookMs: Date.now() - started }, "the search index was brought up to the journal");
      return;
    }
    const { things } = await this.rebuild("all");
    await steady.run(() => store.setState(MARK, `open ${this.#form}`));
    this.#markedForm = this.#form;
    if (things > 0) log.info({ things, tookMs: Date.now() - started }, "the search index was built");
  }

  async #checkAgainAndAgain(): Promise<void> {
    const { settings, log } = this.#parts;
    while (settings.checkEnabled) {
      await pause(settings.checkQuietMs, this.#stopping.signal);
      await this.#orLogged(async () => {
        const { things, access } = await this.#check(false);
        if (things + access > 0) log.warn({ things, access }, "the search index differed and was repaired");
      });
    }
  }

  /** Compares all once, at full speed, and repairs what differs. */
  check(): Promise<CheckReport> {
    return this.#check(true);
  }

  async #check(isHurried: boolean): Promise<CheckReport> {
    this.#checks++;
    try {
      return await this.#inTurn(() => this.#compare(isHurried));
    } finally {
      this.#checks--;
    }
  }

  async #compare(isHurried: boolean): Promise<CheckReport> {
    const started = Date.now();
    const access = await checkAccess(this.#parts, this.#pace(isHurried));
    const things = await checkThings(this.#parts, this.#pace(isHurried));
    if (things > 0) await this.#analyze();
    this.#lastCheck = { things, ...access, tookMs: Date.now() - started, endedAt: Date.now() };
    return this.#lastCheck;
  }

  async rebuild(of: RebuildOf): Promise<{ readonly things: number }> {
    if (this.#rebuilds >= MOST_TASKS) throw tooManyTasks();
    this.#rebuilds++;
    try {
      return await this.#rebuild(of);
    } finally {
      this.#rebuilds--;
    }
  }

  async #rebuild(of: RebuildOf): Promise<{ readonly things: number }> {
    const things = await this.#inTurn(() => rebuild(this.#parts, of, this.#stopping.signal));
    if (of === "all") await this.check();
    if (things > 1) await this.#analyze();
    return { things };
  }

  async #analyze(): Promise<void> {
    const { steady, inTurn, store } = this.#parts;
    await steady.run(() => inTurn(() => store.analyze()));
  }

  /** Nobody who waits for their turn waits for rests. */
  #pace(isHurried: boolean): Pace {
    const inTurn = this.#inTurn;
    return {
      get isHurried() {
        return isHurried || inTurn.pendingCount > 0;
      },
      signal: this.#stopping.signal,
    };
  }

  /** Changes were not remembered: once there is room again, all is compared. */
  lose(): void {
    this.#isLost = true;
    this.#recovering ??= this.#recover();
    this.#recovering.catch(() => undefined);
  }

  /** Something was left undone, which the next comparison will find: at the next start, if not before. */
  doubt(): void {
    this.#isDoubtful = true;
  }

  async #recover(): Promise<void> {
    const { log, things, policiesSettled } = this.#parts;
    log.warn({}, "more changes than the search index can remember: it will be compared with the journal");
    try {
      while (this.#isLost) {
        await Promise.all([things.settled(), policiesSettled()]);
        this.#isLost = false;
        await this.#orLogged(async () => {
          await this.check();
        });
      }
    } finally {
      this.#recovering = undefined;
    }
  }

  /** Resolves once what was not remembered is written all the same. */
  async recovered(): Promise<void> {
    await this.#recovering;
  }

  /** Begins nothing any more; what is under way ends at its next step. */
  stop(): void {
    this.#stopping.abort();
  }

  /** Resolves when nothing is under way. */
  async stopped(): Promise<void> {
    await this.#running;
    await this.#recovering?.catch(() => undefined);
  }

  /** Notes that nothing was left undone, if that is so. */
  async markClean(): Promise<void> {
    if (!this.#isComplete || this.#isDoubtful || this.#isLost || this.#recovering !== undefined) return;
    await this.#parts.store.setState(MARK, `clean ${this.#form}`);
  }
}
