// What a member keeps of entities that others own, and when that is dropped; the journal's answers come when the test wants it.

import { expect, test } from "vitest";
import { Entities, type Held } from "../../../src/dispatch/entities.ts";
import { policyRules } from "../../../src/dispatch/policy-rules.ts";
import type { EntityState } from "../../../src/signals/signal.ts";
import { HeldJournal } from "../../support/journal.ts";

const id = "org.acme:p";
const body = (n: number) => JSON.stringify({ policyId: id, entries: {}, n });
const state = (revision: number): EntityState => ({
  value: { policyId: id, entries: {}, n: revision },
  revision,
  created: 1,
  modified: 1,
});

async function world({ owned = false, told = true } = {}) {
  const journal = new HeldJournal({ flowing: true });
  const tenure = { owned, told };
  const entities = new Entities(
    policyRules(100_000, () => undefined),
    journal,
    1e6,
    { tenure: { owns: () => tenure.owned, isTold: () => tenure.told } },
  );
  const write = (revision: number) =>
    new Promise<unknown>((settled) =>
      journal.append(
        [
          {
            kind: "policy",
            id,
            revision,
            timestamp: 1,
            action: revision === 1 ? "created" : "modified",
            path: "/",
            value: body(revision),
            headers: null,
            metadata: null,
          },
        ],
        settled,
      ),
    );
  return { journal, tenure, entities, write, loads: () => journal.loads.get(`policy ${id}`) ?? 0 };
}

test("a copy is kept as long as this member is told of changes, and read anew each time when it is not", async () => {
  const { entities, tenure, write, loads } = await world();
  await write(1);
  await entities.load(id);
  await entities.load(id);
  expect(loads()).toBe(1);

  tenure.told = false;
  await write(2);
  expect(entities.peek(id)).toBeUndefined();
  expect((await entities.load(id)).committed?.revision).toBe(2);
  expect((await entities.load(id)).committed?.revision).toBe(2);
  expect(loads()).toBe(3);
});

test("a copy becomes what its owner tells, or is dropped, and never becomes older", async () => {
  const { entities, write } = await world();
  await write(1);
  const held = (await entities.load(id)) as Held;

  entities.told(id, 3, state(3));
  entities.told(id, 2, state(2));
  expect(held.committed?.revision).toBe(3);
  entities.expire(id, 3);
  expect(entities.peek(id)).toBe(held);
  entities.expire(id, 4);
  expect(entities.peek(id)).toBeUndefined();
  expect([entities.size, entities.weight]).toEqual([0, 0]);
});

test("what is being read when a change is told is not kept, but what was told is", async () => {
  const { entities, journal, write } = await world();
  await write(1);
  for (const told of [state(2), undefined]) {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    journal.gate = gate;
    const loading = entities.load(id);
    entities.told(id, 2, told);
    open();
    await loading;

    expect(entities.peek(id)?.committed?.revision).toBe(told?.revision);
    entities.forget(() => true);
  }
});

test("a policy that was not there is looked for again, since its birth is not told", async () => {
  const { entities, write } = await world();
  expect((await entities.load(id)).committed).toBeUndefined();

  await write(1);

  expect((await entities.load(id)).committed?.revision).toBe(1);
  expect(entities.peek(id)?.committed?.revision).toBe(1);
});

test("what was held of an entity that is forgotten cannot be recorded any more, nor what others own", async () => {
  const { entities, tenure, write } = await world({ owned: true, told: false });
  await write(1);
  const held = (await entities.load(id)) as Held;
  expect(entities.mayRecord(held)).toBe(true);

  tenure.owned = false;
  expect(entities.mayRecord(held)).toBe(false);
  entities.forget((one) => one === id);
  tenure.owned = true;

  expect(entities.mayRecord(held)).toBe(false);
  expect(entities.byNamespace.size).toBe(0);
});

test("what is being written is waited for, of the entities that are asked about only", async () => {
  const { entities, write } = await world({ owned: true });
  await write(1);
  const held = (await entities.load(id)) as Held;
  Object.assign(held, { head: state(2), pending: 1 });
  const order: string[] = [];

  await entities.settledOf((one) => one !== id);
  const settled = entities.settledOf(() => true).then(() => order.push("settled"));
  order.push("committed");
  held.commit(state(2));
  await settled;

  expect(order).toEqual(["committed", "settled"]);
});
