// What the journal may hold that is not known: who reads waits until it is.

import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { CatchingUp } from "../../../src/dispatch/documents/catching-up.ts";
import { Turns } from "../../../src/dispatch/turns.ts";
import { JournalUnavailable } from "../../../src/journal/journal.ts";

/** One document, `x`; each look at what there is stops between its two pages until it is told to go on. */
function worldOf() {
  const gates: (() => void)[] = [];
  const stop = new AbortController();
  const revisions = { journal: 1, known: 0 };
  const all = new CatchingUp({
    turns: new Turns(),
    takeOver: async () => {
      revisions.known = revisions.journal;
    },
    known: () => [],
    async *listed() {
      yield ["x"];
      await new Promise<void>((go) => gates.push(go));
      yield [];
    },
    onFault: () => undefined,
    stop: stop.signal,
  });
  const atGate = (count: number) => expect.poll(() => gates.length).toBe(count);
  return { all, gates, stop, revisions, atGate };
}

test.each(["x", undefined])("what is to be compared again is waited for as well, of %s", async (id) => {
  const { all, gates, revisions, atGate } = worldOf();
  all.compare();
  await atGate(1);
  revisions.journal = 2;
  all.compare();
  let known: number | undefined;
  const reading = all.upToDate(id).then(() => {
    known = revisions.known;
  });

  gates[0]?.();
  await atGate(2);
  expect(known).toBe(undefined);
  gates[1]?.();
  await reading;
  expect(known).toBe(2);
});

test("all that is doubtful is looked at before it is said that nothing is missed", async () => {
  const { all, revisions } = worldOf();
  all.doubt("x");
  await all.upToDate();
  expect(revisions.known).toBe(1);
});

test("whoever waits when it ends is told that it is not known", async () => {
  const { all, stop } = worldOf();
  all.compare();
  const reading = all.upToDate("x");
  await turn();
  stop.abort();
  await expect(reading).rejects.toBeInstanceOf(JournalUnavailable);
});
