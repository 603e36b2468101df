import { describe, expect, test, vi } from "vitest";
import {
  type Judge,
  type Received,
  type ReceivingParts,
  receiving,
} from "../../../src/pubsub/remote/receiving.ts";
import type { EntityEvent } from "../../../src/signals/signal.ts";

const id = "org.acme:lamp";
type Event = Received & { readonly signal: EntityEvent };
const event = (revision: number, more: Partial<Received> = {}): Event => ({
  ...{ state: undefined, origin: undefined, epoch: 0, characters: 10 },
  policy: { id, revision: 1 },
  ...more,
  signal: { kind: "thing", id, action: "modified", path: [], revision, timestamp: 0, headers: {} },
});

function world(parts: Partial<ReceivingParts> = {}) {
  const delivered: number[] = [];
  const faults: unknown[] = [];
  const lanes = receiving({
    judge: () => undefined,
    deliver: ({ signal }) => delivered.push((signal as EntityEvent).revision),
    holdOf: () => undefined,
    onLost: () => undefined,
    onFault: (error) => faults.push(error),
    ...parts,
  });
  return { lanes, delivered, faults };
}

describe("the policy of an event", () => {
  test("is asked once, also where it has to be loaded", async () => {
    const judge = vi.fn<Judge>(async () => undefined);
    const { lanes, delivered } = world({ judge });
    for (const revision of [1, 2, 3]) lanes.take(event(revision));
    await expect.poll(() => delivered).toEqual([1, 2, 3]);
    expect(judge).toHaveBeenCalledTimes(3);
  });

  test("is asked again where the database did not answer", async () => {
    let asked = 0;
    const { lanes, delivered, faults } = world({
      judge: async () => {
        if (asked++ === 0) throw new Error("away");
        return undefined;
      },
    });
    for (const revision of [1, 2]) lanes.take(event(revision));
    await expect.poll(() => delivered).toEqual([1, 2]);
    expect([asked, faults]).toEqual([3, [new Error("away")]]);
  });
});

describe("an event that is caught up with", () => {
  /** A lane with these revisions, held until the function is called. */
  function held(...revisions: readonly number[]) {
    const { promise, resolve } = Promise.withResolvers<void>();
    let hold: Promise<void> | undefined = promise;
    const made = world({ holdOf: () => hold });
    for (const revision of revisions) made.lanes.take(event(revision));
    return {
      ...made,
      go() {
        hold = undefined;
        resolve();
      },
    };
  }

  test("is put among those of its thing that wait, by its revision", async () => {
    const { lanes, delivered, go } = held(3, 6, 9);
    for (const revision of [8, 4, 10, 5]) expect(lanes.insert(event(revision))).toBe(true);
    expect([3, 4, 5, 6, 7, 8, 9, 10, 11].filter((revision) => lanes.has(id, revision))).toEqual([
      3, 4, 5, 6, 8, 9, 10,
    ]);
    expect(delivered).toEqual([]);
    go();
    await expect.poll(() => delivered).toEqual([3, 4, 5, 6, 8, 9, 10]);
    expect(lanes.has(id, 10)).toBe(false);
  });

  test("may be delivered at once where it is older than all that wait, or none does", () => {
    const { lanes } = held(3, 6);
    expect(lanes.insert(event(2))).toBe(false);
    expect(world().lanes.insert(event(2))).toBe(false);
  });

  test("takes room as all others do, and gives it back", async () => {
    const lost: number[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    let hold: Promise<void> | undefined = promise;
    const { lanes, delivered } = world({
      holdOf: () => hold,
      onLost: ({ signal }) => lost.push((signal as EntityEvent).revision),
    });
    lanes.take(event(1));
    lanes.insert(event(2, { characters: 32_000_000 }));
    lanes.take(event(3));
    expect(lost).toEqual([3]);
    hold = undefined;
    resolve();
    await expect.poll(() => delivered).toEqual([1, 2]);
    lanes.take(event(3));
    expect(delivered).toEqual([1, 2, 3]);
  });
});

describe("the events of a thing that wait", () => {
  test("are delivered by their revisions, in whatever order they came", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let hold: Promise<void> | undefined = promise;
    const { lanes, delivered } = world({ holdOf: () => hold });
    for (const revision of [5, 7, 4, 6]) lanes.take(event(revision));
    hold = undefined;
    resolve();
    await expect.poll(() => delivered).toEqual([4, 5, 6, 7]);
  });

  test("wait for what is found to be missing while their policy is being loaded", async () => {
    const policy = Promise.withResolvers<undefined>();
    const caughtUp = Promise.withResolvers<void>();
    let hold: Promise<void> | undefined;
    const { lanes, delivered } = world({ judge: () => policy.promise, holdOf: () => hold });
    lanes.take(event(9));
    hold = caughtUp.promise;
    policy.resolve(undefined);
    await new Promise((resolve) => setImmediate(resolve));
    expect(delivered).toEqual([]);

    expect(lanes.insert(event(8))).toBe(false); // to be delivered at once
    delivered.push(8);
    hold = undefined;
    caughtUp.resolve();
    await expect.poll(() => delivered).toEqual([8, 9]);
  });
});
