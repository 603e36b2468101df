import { expect, test } from "vitest";
import { Ledger } from "./ledger.ts";

const thing = "org.pollux:one";

/** A ledger with one acknowledged write, at revision 2, and one nobody answered. */
function ledgerOfTwo(): Ledger {
  const ledger = new Ledger([thing], 1);
  ledger.sent(thing, "lane", 7);
  ledger.answered(thing, "lane", 7, 2);
  ledger.sent(thing, "lane", 8);
  return ledger;
}

const cases: readonly [what: string, revision: number, value: number | undefined, violations: number][] = [
  ["the acknowledged value", 2, 7, 0],
  ["the unsure one after it", 3, 8, 0],
  ["an older revision than the acknowledged one", 1, 7, 1],
  ["a value nobody sent", 3, 9, 1],
  ["nothing of the acknowledged write", 1, undefined, 2],
  ["more revisions than writes", 4, 8, 1],
];

test.each(cases)("finding %s is judged", (_, revision, value, violations) => {
  const ledger = ledgerOfTwo();

  ledger.check(thing, { revision, attributes: value === undefined ? {} : { lane: value } });

  expect(ledger.violations).toHaveLength(violations);
});

test("a thing that is gone is a violation", () => {
  const ledger = ledgerOfTwo();

  ledger.check(thing, undefined);

  expect(ledger.violations).toHaveLength(1);
});

test("an event of a revision that is not there is a violation", () => {
  const ledger = ledgerOfTwo();
  ledger.saw(thing, 2, { lane: 7 });
  ledger.saw(thing, 3, { lane: 8 });

  ledger.check(thing, { revision: 2, attributes: { lane: 7 } });

  expect(ledger.violations).toHaveLength(1);
});

test("a gap between events is a violation", () => {
  const ledger = ledgerOfTwo();

  ledger.saw(thing, 3, { lane: 8 });

  expect(ledger.violations).toHaveLength(1);
});

test("two writes of one revision are a violation", () => {
  const ledger = ledgerOfTwo();

  ledger.answered(thing, "lane", 8, 2);

  expect(ledger.violations).toHaveLength(1);
});
