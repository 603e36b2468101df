// What the next server finds of subjects that expire.

import { describe, expect, test } from "vitest";
import { HOUR, journal, pass, restart, rows, SECOND, start, withGuest } from "./timed.ts";
import { inMillis, policyId, policyOf } from "./world.ts";

describe("after a restart", () => {
  test("subjects that expired meanwhile are deleted, and those that expire later then", async () => {
    const world = await withGuest({ expiry: inMillis(10 * SECOND) });
    await world.ask("modify", "/entries/guests/subjects/x:late", { type: "t", expiry: inMillis(HOUR) });
    world.watch.stop();
    await pass(60 * SECOND);

    const { guests } = start();
    await pass(SECOND);
    expect(await guests()).toEqual(["x:late"]);
    await pass(HOUR);

    expect(await guests()).toEqual([]);
  });

  test("a deletion that was not committed is done again", async () => {
    const world = await withGuest({ expiry: inMillis(SECOND) });
    journal.flowing = false;
    await pass(2 * SECOND);
    expect(journal.pending).toBe(1);
    journal.fail();
    journal.flowing = true;

    const { guests } = restart(world);
    await pass(SECOND);

    expect(await guests()).toEqual([]);
    expect(rows()).toHaveLength(2);
  });

  test("a deletion that was committed is not done again", async () => {
    const world = await withGuest({ expiry: inMillis(SECOND) });
    await pass(2 * SECOND);

    const { watch } = restart(world);
    await pass(HOUR);

    expect(rows()).toHaveLength(2);
    expect(journal.dues.size).toBe(0);
    expect(watch.sizes).toEqual({ policies: 0, subjects: 0 });
  });

  test("nothing is loaded of policies whose subjects expire later", async () => {
    const world = await withGuest({ expiry: inMillis(HOUR) });
    journal.loads.clear();

    const { watch } = restart(world);
    await pass(HOUR / 2);

    expect(watch.sizes.policies).toBe(1);
    expect(journal.loads.size).toBe(0);
  });

  test("policies of which it is not known when they are due are looked at once", async () => {
    const world = await withGuest({ expiry: inMillis(HOUR) });
    await world.ask("create", "/", policyOf(), "org.acme:nobody");
    journal.dues.set(policyId, 0);
    journal.dues.set("org.acme:nobody", 0);

    const { guests } = restart(world);
    await pass(SECOND);

    expect([...journal.dues]).toEqual([[policyId, Date.parse("2030-01-01T01:00:00.500Z")]]);
    await pass(HOUR);
    expect(await guests()).toEqual([]);
  });
});
