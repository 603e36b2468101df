// The policies that want to be looked at next. The database knows all of them; memory holds those that come first.

import type { PolicyDue } from "../../journal/journal.ts";
import type { Agenda } from "./agenda.ts";

/** Reads a page of what the database knows, as the journal's `listDue`. */
export type ListDue = (after: PolicyDue, limit: number) => Promise<readonly PolicyDue[]>;

/** Whether this server looks after a policy now. */
export type Serves = (policyId: string) => boolean;

/** After the database did not answer, in milliseconds. */
export const RETRY_MS = 5_000;

interface Entry extends PolicyDue {
  readonly callOff: () => void;
  /** The database says something else, or nothing, so memory must not forget it. */
  readonly isOwn: boolean;
}

const START: PolicyDue = { due: -1, id: "" };

const isBefore = (a: PolicyDue, b: PolicyDue): boolean => a.due < b.due || (a.due === b.due && a.id < b.id);

/** `undefined` stands for the end of all. */
const earlier = (a: PolicyDue | undefined, b: PolicyDue | undefined): PolicyDue | undefined =>
  a && (!b || isBefore(a, b)) ? a : b;

/**
 * A window of `size` policies, at most twice as many; it moves on when half of it is done. `look` is called with each that
 * is due, and must not reject.
 */
export class DuePolicies {
  readonly #agenda: Agenda;
  readonly #list: ListDue;
  readonly #look: (policy: PolicyDue) => Promise<void>;
  readonly #serves: Serves;
  readonly #size: number;
  readonly #entries = new Map<string, Entry>();
  /** Of these, how many the database knows too. */
  #shared = 0;
  /** All that comes up to here is in memory; `undefined` when everything is. */
  #until: PolicyDue | undefined = START;
  /** Policies that are being looked at, or wait for that. */
  #looking = 0;
  #reading: Promise<void> | undefined;
  /** Where memory was cut while a page was read: what it says of later ones may be old. */
  #cut: PolicyDue | undefined;
  #isRetrying = false;

  constructor(
    agenda: Agenda,
    list: ListDue,
    look: (policy: PolicyDue) => Promise<void>,
    size = 10_000,
    serves: Serves = () => true,
  ) {
    this.#serves = serves;
    this.#agenda = agenda;
    this.#list = list;
    this.#look = look;
    this.#size = size;
  }

  /** Policies in memory. */
  get size(): number {
    return this.#entries.size;
  }

  /** Says when a policy is due; `Infinity` if never. `isOwn` says that the database will not remember that. */
  note(id: string, due: number, isOwn: boolean): void {
    this.forget(id);
    if (due === Number.POSITIVE_INFINITY) return;
    if (!isOwn && !this.#reading && this.#until && isBefore(this.#until, { due, id })) return;
    this.#add({ due, id }, isOwn);
    if (this.#shared > 2 * this.#size) this.#trim();
  }

  /** Says when a policy may be due, if what was decided is committed; that it is due sooner, as is known, stays. */
  foresee(id: string, due: number): void {
    const known = this.#entries.get(id);
    if (!known || due < known.due) this.note(id, due, known?.isOwn ?? false);
  }

  /** Takes a policy out of memory, and moves on where there is room. */
  forget(id: string): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    entry.callOff();
    this.#entries.delete(id);
    if (!entry.isOwn) this.#shared--;
  }

  /** Takes policies out of memory that others look after from now on. */
  lose(has: (policyId: string) => boolean): void {
    for (const id of this.#entries.keys()) if (has(id)) this.forget(id);
  }

  /** There are others to look after: begins to read anew. */
  restart(): void {
    for (const { id, isOwn } of this.#entries.values()) if (!isOwn) this.forget(id);
    this.#until = START;
    this.#cut = START;
    void this.fill();
  }

  #add({ due, id }: PolicyDue, isOwn: boolean): void {
    const callOff = this.#agenda.plan(due, () => {
      this.forget(id);
      void this.#lookAt({ due, id });
    });
    this.#entries.set(id, { due, id, callOff, isOwn });
    if (!isOwn) this.#shared++;
  }

  async #lookAt(policy: PolicyDue): Promise<void> {
    this.#looking++;
    await this.#look(policy);
    this.#looking--;
    await this.fill();
  }

  /** Forgets the later half of what the database knows. */
  #trim(): void {
    const shared = [...this.#entries.values()].filter(({ isOwn }) => !isOwn);
    shared.sort((a, b) => (isBefore(a, b) ? -1 : 1));
    const last = shared[this.#size - 1] as Entry;
    for (const { id } of shared.slice(this.#size)) this.forget(id);
    const cut = { due: last.due, id: last.id };
    this.#until = earlier(this.#until, cut);
    this.#cut = earlier(this.#cut, cut);
  }

  /** Reads on where there is room; resolves when that is done. Where it fails it is tried again later. */
  async fill(): Promise<void> {
    // All of a page may be in memory already, as what the database does not know.
    while (this.#until && this.#hasRoom() && !this.#isRetrying) {
      this.#reading ??= this.#read(this.#until);
      await this.#reading;
    }
    await this.#reading;
  }

  #hasRoom(): boolean {
    return this.#shared + this.#looking <= this.#size / 2;
  }

  async #read(after: PolicyDue): Promise<void> {
    this.#cut = undefined;
    try {
      const page = await this.#list(after, this.#size);
      this.#until = earlier(page.length < this.#size ? undefined : page.at(-1), this.#cut);
      // What was noted since the page was asked for is newer.
      for (const policy of page)
        if (!this.#entries.has(policy.id) && this.#serves(policy.id)) this.#add(policy, false);
    } catch {
      // Whoever lists reports it.
      this.#retry();
    } finally {
      this.#reading = undefined;
    }
  }

  #retry(): void {
    if (this.#isRetrying) return;
    this.#isRetrying = true;
    this.#agenda.plan(Date.now() + RETRY_MS, () => {
      this.#isRetrying = false;
      void this.fill();
    });
  }
}
