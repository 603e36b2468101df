// What the writers of a campaign know: which writes were acknowledged with which revision, and which are unsure because
// nobody answered, or the answer was that the database is away.

/** The last value one lane wrote to one thing. */
interface Cell {
  acknowledged: number | undefined;
  /** Values sent after that; any of them may be there. */
  unsure: number[];
}

interface ThingRecord {
  readonly cells: Map<string, Cell>;
  /** Acknowledged revisions and the value each stands for. */
  readonly revisions: Map<number, string>;
  /** The newest revision of an event that was seen. */
  seen: number;
  /** Revision when the record was last checked, and the writes sent since. */
  base: number;
  sent: number;
}

/** A thing as it was read back. */
export interface ThingRead {
  readonly revision: number;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export class Ledger {
  readonly #things = new Map<string, ThingRecord>();
  readonly violations: string[] = [];
  acknowledged = 0;
  events = 0;

  constructor(thingIds: readonly string[], revision: number) {
    for (const id of thingIds) {
      this.#things.set(id, {
        cells: new Map(),
        revisions: new Map(),
        seen: revision,
        base: revision,
        sent: 0,
      });
    }
  }

  sent(thingId: string, lane: string, value: number): void {
    const thing = this.#thing(thingId);
    thing.sent++;
    cellOf(thing, lane).unsure.push(value);
  }

  answered(thingId: string, lane: string, value: number, revision: number): void {
    const thing = this.#thing(thingId);
    const cell = cellOf(thing, lane);
    cell.acknowledged = value;
    cell.unsure = [];
    this.acknowledged++;
    this.#isOf(thingId, thing, revision, lane, value);
  }

  /** An event the watcher was sent. Those of one thing come in order and without gaps. */
  saw(thingId: string, revision: number, attributes: Readonly<Record<string, unknown>>): void {
    const thing = this.#things.get(thingId);
    if (!thing) return;
    this.events++;
    if (revision !== thing.seen + 1) {
      this.violations.push(`${thingId}: event ${revision} came after event ${thing.seen}`);
    }
    thing.seen = Math.max(thing.seen, revision);
    for (const [lane, value] of Object.entries(attributes)) this.#isOf(thingId, thing, revision, lane, value);
  }

  /**
   * Compares what is there with what must be: acknowledged values or later unsure ones, no revision lost that was
   * acknowledged or seen, none from nowhere. What is there is known from now on. Says how many unsure ones are there.
   */
  check(thingId: string, read: ThingRead | undefined): number {
    const thing = this.#thing(thingId);
    if (!read) {
      this.violations.push(`${thingId}: is gone`);
      return 0;
    }
    let arrived = 0;
    for (const [lane, cell] of thing.cells) {
      const value = read.attributes[lane];
      const isUnsure = cell.unsure.includes(value as number);
      if (!isUnsure && value !== cell.acknowledged) {
        this.violations.push(
          `${thingId}/${lane}: ${String(value)} is there; ${String(cell.acknowledged)} was acknowledged, ` +
            `then sent: ${cell.unsure.join(" ") || "nothing"}`,
        );
      }
      if (isUnsure) arrived++;
      cell.acknowledged = value as number | undefined;
      cell.unsure = [];
    }
    const least = Math.max(thing.seen, thing.base, ...thing.revisions.keys());
    if (read.revision < least) {
      this.violations.push(
        `${thingId}: revision ${read.revision} is there, ${least} was acknowledged or seen`,
      );
    }
    if (read.revision > thing.base + thing.sent) {
      this.violations.push(
        `${thingId}: revision ${read.revision} is there, but only ${thing.sent} writes since ${thing.base}`,
      );
    }
    this.rebase(thingId, read.revision);
    return arrived;
  }

  /** Sets where the next part starts. */
  rebase(thingId: string, revision: number): void {
    const thing = this.#thing(thingId);
    thing.revisions.clear();
    thing.base = revision;
    thing.seen = revision;
    thing.sent = 0;
  }

  #isOf(thingId: string, thing: ThingRecord, revision: number, lane: string, value: unknown): void {
    const write = `${lane}=${String(value)}`;
    const known = thing.revisions.get(revision);
    if (known !== undefined && known !== write) {
      this.violations.push(`${thingId}: revision ${revision} stands for ${known} and for ${write}`);
    }
    thing.revisions.set(revision, write);
  }

  #thing(thingId: string): ThingRecord {
    const thing = this.#things.get(thingId);
    if (!thing) throw new Error(`${thingId} is not of this campaign`);
    return thing;
  }
}

function cellOf(thing: ThingRecord, lane: string): Cell {
  const known = thing.cells.get(lane);
  if (known) return known;
  const cell: Cell = { acknowledged: undefined, unsure: [] };
  thing.cells.set(lane, cell);
  return cell;
}
