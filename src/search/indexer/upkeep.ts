// What keeps index and journal the same beyond single changes: comparisons at the start, now and then, and after too much
// came at once; rebuilding; the mark by which a start knows that nothing was left undone.

import pLimit from "p-limit";
import { leads, untilLeader } from "../../cluster/until-leader.ts";
import type { AccessKey } from "../store.ts";
import { type CheckParts, type CheckReport, checkAccess, checkThings, type Pace, pause } from "./check.ts";
import { tooManyTasks } from "./errors.ts";
import type { Expiries } from "./expiries.ts";
import { Mark } from "./mark.ts";
import type { IndexerParts } from "./parts.ts";
import { type RebuildOf, type RebuildParts, rebuild } from "./rebuild.ts";
import { type Steady, Stopped } from "./steady.ts";

/** To be raised when rows of older versions have to be written anew. */
const FORM = 2;
/** Rows of access of one page. */
const EXPIRING = 1_000;
/** Things, namespaces or all that are written anew or wait for it: operators have to ask one after another. */
const MOST_TASKS = 100;
/** How often the leader of a cluster says that the index is kept up, and sees whether somebody doubts that; in milliseconds. */
const TEND_MS = 5_000;

export interface UpkeepParts
  extends CheckParts,
    RebuildParts,
    Pick<IndexerParts, "store" | "settings" | "log" | "cluster"> {
  readonly expiries: Pick<Expiries, "note">;
  readonly access: CheckParts["access"] & RebuildParts["access"];
  readonly things: CheckParts["things"] & RebuildParts["things"];
  readonly steady: Steady;
  /** Resolves once what waits of policies is written. */
  readonly policiesSettled: () => Promise<void>;
}

export class Upkeep {
  readonly #parts: UpkeepParts;
  readonly mark: Mark;
  readonly #form: string;
  readonly #stopping = new AbortController();
  /** One at a time: comparisons and rebuilding. */
  readonly #inTurn = pLimit(1);
  /** Resolves once the mark is gone, and things may be written. */
  readonly ready: Promise<void>;
  #accessReady: Promise<void>;
  readonly #running: Promise<void>;
  /** Whether all was brought up once since the start, and whether something may have been left undone since. */
  #isComplete = false;
  #isDoubtful = false;
  #isLost = false;
  #tellingDoubt: Promise<void> | undefined;
  #recovering: Promise<void> | undefined;
  #lastCheck: CheckReport | undefined;
  /** Asked for and not done yet. */
  #rebuilds = 0;
  #checks = 0;

  constructor(parts: UpkeepParts) {
    this.#parts = parts;
    this.#form = JSON.stringify([FORM, parts.settings.indexedFields]);
    this.mark = new Mark(parts.store, parts.cluster, this.#form);
    const opened = parts.steady.run(() => this.mark.open());
    this.ready = opened.then(() => undefined);
    const { isAlone } = parts.cluster;
    this.#accessReady = isAlone ? opened.then(({ isClean }) => this.#bringAccessUp(isClean)) : this.ready;
    this.#running = isAlone ? this.#run(opened, this.#accessReady) : this.#runAmongOthers();
    for (const promise of [this.ready, this.#accessReady, this.#running]) promise.catch(() => undefined);
    if (!isAlone) parts.cluster.watch({ acquired: () => this.#notingExpiries() });
  }

  /** Resolves once the rows of access are known to be right, as far as this server sees to that. */
  get accessReady(): Promise<void> {
    return this.#accessReady;
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

  async #bringAccessUp(isClean: boolean): Promise<void> {
    if (!isClean) await this.#inTurn(() => checkAccess(this.#parts, this.#pace(true)));
  }

  async #run(opened: ReturnType<Mark["open"]>, access: Promise<void>): Promise<void> {
    try {
      await this.#orLogged(async () => {
        const { isClean, form } = await opened;
        await access;
        await this.#noteExpiries();
        if (!isClean) await this.#bringThingsUp(form);
        this.#isComplete = true;
      });
      await this.#checkAgainAndAgain();
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    }
  }

  /** In a cluster the leader sees to what is to be done once, and whoever leads after it goes on. */
  async #runAmongOthers(): Promise<void> {
    try {
      await this.ready;
      this.#isComplete = true;
      await Promise.all([this.#leadAgainAndAgain(), this.#checkAgainAndAgain()]);
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    }
  }

  async #leadAgainAndAgain(): Promise<void> {
    const { cluster, steady } = this.#parts;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await untilLeader(cluster, signal);
      const isKept = await steady.run(() => this.mark.isKept());
      // Before it says that it keeps the index up: whoever leads after it must not believe that all is there.
      if (!isKept) await steady.run(() => this.mark.reopen());
      const tending = this.#tendAgainAndAgain();
      tending.catch(() => undefined); // awaited below, after what may take long
      if (!isKept) await this.#orLogged(() => this.#takeOver());
      await tending;
    }
  }

  async #takeOver(): Promise<void> {
    this.#accessReady = this.#bringAccessUp(false);
    this.#accessReady.catch(() => undefined);
    await this.#accessReady;
    await this.#bringThingsUp(await this.#parts.steady.run(() => this.mark.form()));
    await this.#parts.steady.run(() => this.mark.broughtUp());
  }

  async #tendAgainAndAgain(): Promise<void> {
    const { steady, cluster } = this.#parts;
    try {
      while (cluster.isLeader()) {
        await steady.run(() => this.mark.tend());
        if (leads(cluster) && (await steady.run(() => this.mark.doubts())) !== "")
          await this.#orLogged(async () => {
            await this.#check(false);
          });
        await pause(TEND_MS, this.#stopping.signal);
      }
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    }
  }

  #notingExpiries(): void {
    void this.#orLogged(() => this.#noteExpiries()).catch(() => undefined);
  }

  /** Does what must not end everything else when it fails; a stop does. */
  async #orLogged(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof Stopped) throw error;
      this.doubt();
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

  async #bringThingsUp(form: string): Promise<void> {
    const { steady, log } = this.#parts;
    const started = Date.now();
    if (form === this.#form) {
      const { things } = await this.check();
      log.info({ things, tookMs: Date.now() - started }, "the search index was brought up to the journal");
      return;
    }
    const { things } = await this.rebuild("all");
    await steady.run(() => this.mark.broughtUp());
    if (things > 0) log.info({ things, tookMs: Date.now() - started }, "the search index was built");
  }

  async #checkAgainAndAgain(): Promise<void> {
    const { settings, log, cluster } = this.#parts;
    while (settings.checkEnabled) {
      await pause(settings.checkQuietMs, this.#stopping.signal);
      if (!leads(cluster)) continue;
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
    const doubts = await this.#parts.steady.run(() => this.mark.doubts());
    const access = await checkAccess(this.#parts, this.#pace(isHurried));
    const things = await checkThings(this.#parts, this.#pace(isHurried));
    if (things > 0) await this.#analyze();
    await this.#parts.steady.run(() => this.mark.settle(doubts));
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
    const { isAlone } = this.#parts.cluster;
    // Others have to know, but not of each thing.
    if (!isAlone && !this.#isDoubtful) this.#tellingDoubt = this.#tellDoubt();
    this.#isDoubtful = true;
  }

  async #tellDoubt(): Promise<void> {
    try {
      await this.#parts.steady.run(() => this.mark.doubt());
      this.#isDoubtful = false;
    } catch (error) {
      if (!(error instanceof Stopped))
        this.#parts.log.error({ err: error }, "what the search index may lack is not noted");
    }
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
    await this.#tellingDoubt;
    await this.#recovering?.catch(() => undefined);
  }

  /** Notes that nothing was left undone, if that is so. */
  async markClean(): Promise<void> {
    if (!this.#isComplete || this.#isDoubtful || this.#isLost || this.#recovering !== undefined)
      await this.leaveDoubt();
    else await this.mark.close();
  }

  /** Notes that something was left undone, for those members of a cluster that go on. */
  async leaveDoubt(): Promise<void> {
    if (!this.#parts.cluster.isAlone) await this.mark.doubt();
  }
}
