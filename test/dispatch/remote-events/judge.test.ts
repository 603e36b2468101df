import { setTimeout as later } from "node:timers/promises";
import { expect, test } from "vitest";
import { Entities } from "../../../src/dispatch/entities.ts";
import { PolicyAccess } from "../../../src/dispatch/policy-access.ts";
import { policyRules } from "../../../src/dispatch/policy-rules.ts";
import { judge } from "../../../src/dispatch/remote-events/judge.ts";
import type { JournalRow } from "../../../src/journal/journal.ts";
import { HeldJournal } from "../../support/journal.ts";

const id = "org.acme:policy";
const thing = "org.acme:lamp";

/** Reads take a while, as those of a database do. */
class SlowJournal extends HeldJournal {
  override async load(...asked: Parameters<HeldJournal["load"]>): ReturnType<HeldJournal["load"]> {
    const recorded = await super.load(...asked);
    await later(10);
    return recorded;
  }
}

/** A member that owns no policy, and is told of their changes. */
function member() {
  const journal = new SlowJournal({ flowing: true });
  const tenure = { owns: () => false, isTold: () => true };
  const policies: Entities = new Entities(
    policyRules(100_000, () => undefined),
    journal,
    1e6,
    { tenure },
  );
  const access = new PolicyAccess(policies);
  let revision = 0;
  return {
    loads: () => [...journal.loads.values()].reduce((sum, count) => sum + count, 0),
    judged: async (atLeast: number) => judge({ policies, access, journal }, thing, { id, revision: atLeast }),
    /** Has the policy let a subject read things. */
    async write(subject: string): Promise<void> {
      revision++;
      const entry = {
        subjects: { [subject]: { type: "t" } },
        resources: { "thing:/": { grant: ["READ"], revoke: [] } },
      };
      const row: JournalRow = {
        ...{ kind: "policy", id, revision, timestamp: 1, headers: null, metadata: null, path: "/" },
        action: revision === 1 ? "created" : "modified",
        value: JSON.stringify({ policyId: id, entries: { a: entry } }),
      };
      await new Promise<void>((go) => journal.append([row], () => go()));
    },
  };
}

test("a policy is read once for all who judge by it meanwhile, however many there are", async () => {
  const { loads, judged, write } = member();
  await write("t:one");
  const all: ReturnType<typeof judged>[] = [];
  for (let n = 0; n < 60; n++) {
    all.push(judged(1));
    await later(1);
  }
  expect((await Promise.all(all)).every((enforcer) => enforcer !== undefined)).toBe(true);
  expect(loads()).toBe(1);
});

test("a copy that is too old is read anew, once for all who find that out", async () => {
  const { loads, judged, write } = member();
  await write("t:one");
  await judged(1);
  await write("t:two");

  const readers = (await Promise.all(Array.from({ length: 50 }, () => judged(2)))).map((enforcer) => [
    ...(enforcer?.readersOf("thing", []) ?? []),
  ]);
  expect(new Set(readers.flat())).toEqual(new Set(["t:two"]));
  expect(readers).toHaveLength(50);
  expect(loads()).toBe(2);
});

test("who needs a newer one than is being read waits for the next", async () => {
  const { loads, judged, write } = member();
  await write("t:one");
  const early = judged(1);
  await later(1); // what it reads is the first revision
  await write("t:two");
  const late = judged(2);
  expect([...((await early)?.readersOf("thing", []) ?? [])]).toEqual(["t:one"]);
  expect([...((await late)?.readersOf("thing", []) ?? [])]).toEqual(["t:two"]);
  expect(loads()).toBe(2);
});
