// Puts out the members that are not heard of. Their lease is put to an end first, which only succeeds where nothing has been
// renewed since this member last heard of it: from then on it cannot be renewed any more, and has run out long since.

import type { Bucket } from "./bucket.ts";
import type { LeaseTimes } from "./lease.ts";
import type { ClusterLog } from "./options.ts";
import { proposeView } from "./propose.ts";
import { leaseKey, type Records } from "./records.ts";
import { type Seat, without } from "./view.ts";

/** Each next member waits a little longer, so that they do not all try at once: in parts of a lease. */
const STAGGER = 1 / 20;
const FORGET_DEAD_AFTER_MS = 3_600_000;

export interface ReaperParts {
  readonly self: string;
  readonly records: Records;
  readonly times: LeaseTimes;
  readonly log: ClusterLog;
}

export class Reaper {
  readonly #parts: ReaperParts;
  #isAtWork = false;

  constructor(parts: ReaperParts) {
    this.#parts = parts;
  }

  /** Looks at all others; does nothing while it is at work. */
  async look(bucket: Bucket): Promise<void> {
    if (this.#isAtWork) return;
    this.#isAtWork = true;
    try {
      for (const id of this.#silent()) await this.#reap(bucket, id);
    } catch (error) {
      this.#parts.log(
        "warning",
        `A member that is not heard of could not be put out: ${(error as Error).message}`,
      );
    } finally {
      this.#isAtWork = false;
    }
  }

  #silent(): string[] {
    const { records, self, times } = this.#parts;
    const members = records.view?.members.map(({ id }) => id) ?? [];
    const patience = times.leaseMs + times.marginMs + members.indexOf(self) * STAGGER * times.leaseMs;
    const others = new Set([...records.leases.keys(), ...members]);
    others.delete(self);
    return [...others].filter((id) => records.silenceOf(id) > patience);
  }

  async #reap(bucket: Bucket, id: string): Promise<void> {
    const { records, self } = this.#parts;
    const { members = [] } = records.view ?? {};
    const known = records.leases.get(id);
    const seat = members.find((one) => one.id === id);
    const silentMs = records.silenceOf(id);
    if (known?.isDead && !seat) {
      if (members[0]?.id === self && silentMs > FORGET_DEAD_AFTER_MS) await bucket.purge(leaseKey(id));
      return;
    }
    const isDead =
      known?.isDead || (await bucket.write(leaseKey(id), null, known?.sequence ?? 0)) !== undefined;
    if (isDead && seat) await this.#unseat(bucket, seat, silentMs);
  }

  async #unseat(bucket: Bucket, seat: Seat, silentMs: number): Promise<void> {
    let isOut = false;
    await proposeView(bucket, this.#parts.records, (view) => {
      const next = without(view, [seat], true);
      isOut = next !== undefined;
      return next;
    });
    if (!isOut) return;
    const what = `Member ${seat.name} (${seat.id}) was put out`;
    this.#parts.log("warning", `${what}: nothing was heard of it for ${Math.round(silentMs)} ms.`);
  }
}
