// Where scripts live: blocks of neighbours who share one QuickJS. What makes an end of that is felt in one block only, and a block that
// nobody lives in any more is gone, with its memory.

import { setImmediate as anotherTurn } from "node:timers/promises";
import { ScriptFault } from "./fault.ts";
import { type MemoryBudget, memoryBudget } from "./memory-budget.ts";
import { FIRST_BYTES, newQuickJs, type QuickJs } from "./quickjs.ts";

/** What scripts may take. */
export interface ScriptMemory {
  /** Bytes for all of them. */
  readonly totalBytes: number;
  /** Bytes for those of one block, and so for any one script. */
  readonly blockBytes: number;
}

/** Where one script lives. */
export interface Place {
  /**
   * Runs something in the QuickJS of the place. Where that is not the one of the last time, or was torn down since, all that was made with
   * it is lost. Throws as `enter` where it lives nowhere any more.
   */
  use<T>(run: (quickJs: QuickJs) => T): T;
  leave(): void;
}

/** So many small scripts live in what a QuickJS begins with. */
const NEIGHBOURS = 100;

class Block {
  /** Absent while it is made. */
  quickJs: QuickJs | undefined;
  lodgers = 0;
  /** How many should live there: half as many each time that one of them makes an end of it. */
  most = NEIGHBOURS;
  /** Who did so last; he stays, and others move. */
  culprit: Place | undefined;
  isRenewed = false;
}

export class Blocks {
  readonly #budget: MemoryBudget;
  readonly #blockBytes: number;
  /** What is kept for blocks that need more than they begin with. */
  readonly #reserve: number;
  readonly #blocks: Block[] = [];

  /** Makes the first one. Rejects with a plain error where that cannot be. */
  static async open(memory: ScriptMemory): Promise<Blocks> {
    const blocks = new Blocks(memory);
    await blocks.#add();
    return blocks;
  }

  private constructor({ totalBytes, blockBytes }: ScriptMemory) {
    this.#budget = memoryBudget(Math.max(totalBytes, FIRST_BYTES));
    this.#blockBytes = blockBytes;
    this.#reserve = totalBytes / 4;
  }

  /** How many are made, with one that is kept ready. */
  get count(): number {
    return this.#blocks.filter(({ quickJs }) => quickJs).length;
  }

  /** Takes a place. Throws {@link ScriptFault} where there is none. */
  enter(): Place {
    const isFree = ({ lodgers }: Block) => lodgers < NEIGHBOURS;
    const block = this.#blocks.find(hasRoom) ?? this.#blocks.find(isFree);
    if (!block) throw new ScriptFault(FULL);
    const place = new Lodging(this, block);
    this.keepOneReady();
    return place;
  }

  /** Where to live who lives in this block and has lost all: there, or elsewhere if it is crowded or not made yet. Throws as `enter`. */
  homeOf(place: Place, block: Block): Block {
    const mayStay = block.quickJs && (block.lodgers <= block.most || block.culprit === place);
    if (mayStay) return block;
    const ready = this.#blocks.filter((other) => other !== block && other.quickJs);
    const home = ready.find(hasRoom) ?? (block.quickJs ? block : ready[0]);
    if (!home) throw new ScriptFault(FULL);
    return home;
  }

  /** To be called when somebody has made an end of it. What it took beyond its beginning it gives back a little later. */
  tornDown(block: Block, culprit: Place): void {
    block.culprit = culprit;
    block.most = Math.max(1, Math.min(block.most, block.lodgers) >> 1);
    this.#shrink(block);
  }

  /** Keeps one block that nobody lives in, as long as there is memory for it beside the reserve, and no more of them. */
  keepOneReady(): void {
    const empty = this.#blocks.filter(({ lodgers }) => lodgers === 0);
    const made = empty.filter(({ quickJs }) => quickJs);
    const kept = made.find(({ quickJs }) => !quickJs?.hasGrown) ?? made[0] ?? empty[0];
    for (const block of empty) if (block !== kept) this.#remove(block);
    if (kept) this.#clear(kept);
    if (!kept && this.#budget.left >= FIRST_BYTES + this.#reserve) this.#add().catch(nobodyWaits);
  }

  /** Forgets who lived there before. */
  #clear(block: Block): void {
    block.most = NEIGHBOURS;
    block.culprit = undefined;
    this.#shrink(block);
  }

  #shrink(block: Block): void {
    if (block.quickJs?.hasGrown && !block.isRenewed) this.#renew(block).catch(nobodyWaits);
  }

  async #add(): Promise<void> {
    const block = new Block();
    this.#blocks.push(block);
    await this.#make(block);
  }

  /** In the next turn: until then it goes on with what it has. */
  async #renew(block: Block): Promise<void> {
    block.isRenewed = true;
    await anotherTurn();
    block.isRenewed = false;
    if (!this.#blocks.includes(block)) return;
    block.quickJs?.free();
    block.quickJs = undefined;
    await this.#make(block);
  }

  async #make(block: Block): Promise<void> {
    try {
      const quickJs = await newQuickJs(this.#budget, this.#blockBytes);
      if (this.#blocks.includes(block)) block.quickJs = quickJs;
      else quickJs.free();
    } catch (error) {
      this.#remove(block);
      throw error;
    }
  }

  #remove(block: Block): void {
    const at = this.#blocks.indexOf(block);
    if (at >= 0) this.#blocks.splice(at, 1);
    block.quickJs?.free();
    block.quickJs = undefined;
  }
}

/** What cannot be made is one block less; who needs it is told then. */
const nobodyWaits = (): void => undefined;

const hasRoom = ({ lodgers, most }: Block): boolean => lodgers < most;

const FULL =
  "There is no room for another mapping script in the memory that all of them have together " +
  "(CONNECTIVITY_MESSAGE_MAPPING_JS_MAX_MEMORY).";

class Lodging implements Place {
  readonly #blocks: Blocks;
  #block: Block;
  /** Where it was used last, and how old that was. */
  #quickJs: QuickJs | undefined;
  #age = 0;

  constructor(blocks: Blocks, block: Block) {
    this.#blocks = blocks;
    this.#block = block;
    block.lodgers++;
  }

  use<T>(run: (quickJs: QuickJs) => T): T {
    const quickJs = this.#home();
    try {
      return run(quickJs);
    } finally {
      if (quickJs.age !== this.#age) this.#blocks.tornDown(this.#block, this);
    }
  }

  #home(): QuickJs {
    const known = this.#quickJs;
    if (known && known === this.#block.quickJs && known.age === this.#age) return known;
    this.#move(this.#blocks.homeOf(this, this.#block));
    const quickJs = this.#block.quickJs as QuickJs;
    this.#quickJs = quickJs;
    this.#age = quickJs.age;
    return quickJs;
  }

  #move(block: Block): void {
    if (block === this.#block) return;
    this.#block.lodgers--;
    this.#block = block;
    block.lodgers++;
    this.#blocks.keepOneReady();
  }

  leave(): void {
    this.#quickJs = undefined;
    this.#block.lodgers--;
    this.#blocks.keepOneReady();
  }
}
