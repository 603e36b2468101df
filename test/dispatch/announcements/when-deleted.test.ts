// What is announced when subjects are deleted, by whomever.

import { describe, expect, test } from "vitest";
import { asking, guest, HOUR, journal, pass, SECOND, start, subjectPath, withGuest } from "./timed.ts";
import { type AnnouncingWorld, inMillis, policyOf } from "./world.ts";

describe("an announcement of the deletion", () => {
  const announcement = { whenDeleted: true };
  const deletions: readonly (readonly [string, (world: AnnouncingWorld) => Promise<unknown>])[] = [
    ["deleting it", (world) => world.ask("delete", subjectPath)],
    ["putting other subjects", (world) => world.ask("modify", "/entries/guests/subjects", {})],
    [
      "putting another entry",
      (world) => world.ask("modify", "/entries/guests", { subjects: {}, resources: {} }),
    ],
    ["deleting its entry", (world) => world.ask("delete", "/entries/guests")],
    ["putting another policy", (world) => world.ask("modify", "/", policyOf())],
    ["deleting the policy", (world) => world.ask("delete", "/")],
    ["taking away its announcement", (world) => world.ask("modify", subjectPath, { type: "t" })],
  ];

  test.each(deletions)("comes at once with %s", async (_, remove) => {
    const world = await withGuest({ announcement });
    await pass(5 * SECOND);

    await remove(world);

    expect(world.announced).toMatchObject([
      { value: { deleteAt: "2030-01-01T00:00:05Z", subjectIds: [guest] }, subjects: [guest] },
    ]);
    expect(world.watch.sizes).toEqual({ policies: 0, subjects: 0 });
  });

  test("comes with the expiry too, and says when the subject was deleted", async () => {
    const { announced } = await withGuest({ expiry: inMillis(SECOND), announcement });

    await pass(2 * SECOND);

    expect(announced).toMatchObject([
      { value: { deleteAt: expect.stringContaining("2030-01-01T00:00:01.5") } },
    ]);
  });

  test("does not come where the subject is still there with another expiry", async () => {
    const { ask, announced } = await withGuest({ expiry: inMillis(HOUR), announcement });

    await ask("modify", subjectPath, { type: "t", expiry: inMillis(2 * HOUR), announcement });
    await pass(SECOND);

    expect(announced).toEqual([]);
  });

  test("does not come where the operator does not want it", async () => {
    const { ask, announced } = await withGuest({ announcement }, { announceWhenDeleted: false });

    await ask("delete", subjectPath);

    expect(announced).toEqual([]);
  });

  test("does not come where the deletion was refused or lost", async () => {
    const { ask, announced } = await withGuest({ announcement });
    journal.flowing = false;
    const lost = expect(ask("delete", subjectPath)).rejects.toMatchObject({ status: 503 });
    await pass(1);
    journal.fail();

    await lost;
    expect(announced).toEqual([]);
  });

  test("is repeated after the deletion until it is acknowledged", async () => {
    const { ask, announced, acknowledge, watch } = await withGuest({ announcement: asking(announcement) });
    await ask("delete", subjectPath);
    await pass(62 * SECOND);
    expect(announced).toHaveLength(2);
    expect(announced[1]?.value).toEqual(announced[0]?.value);

    acknowledge(announced[1]!);

    expect(watch.sizes.subjects).toBe(0);
    await pass(HOUR);
    expect(announced).toHaveLength(2);
  });

  test("is given up after the grace period, or when the subject is there again", async () => {
    const { ask, announced, watch } = await withGuest({ announcement: asking(announcement) });
    await ask("delete", subjectPath);
    await pass(5 * HOUR);
    expect(watch.sizes.subjects).toBe(0);
    const before = announced.length;
    await ask("modify", subjectPath, { type: "t", announcement: asking(announcement) });
    await ask("delete", subjectPath);
    await ask("modify", subjectPath, { type: "t", announcement: asking(announcement) });

    await pass(HOUR);

    expect(announced).toHaveLength(before + 1);
    expect(watch.sizes.subjects).toBe(0);
  });
});

test("announcements of deletions that nobody acknowledges take a bounded place for each policy", async () => {
  const world = start();
  const subject = { type: "t", announcement: asking({ whenDeleted: true }) };
  const subjectsOf = (round: number) =>
    Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`x:${round}-${i}`, subject]));
  await world.ask("create", "/", policyOf());

  for (let round = 0; round < 6; round++) {
    await world.ask("modify", "/entries/guests/subjects", subjectsOf(round));
    await world.ask("modify", "/entries/guests/subjects", {});
  }

  expect(world.announced).toHaveLength(3_000);
  expect(world.watch.sizes.subjects).toBe(1_000);
});

test("subjects that are deleted long before they expire take a bounded place for each policy", async () => {
  const world = start();
  const subject = { type: "t", expiry: inMillis(24 * HOUR), announcement: { beforeExpiry: "1h" } };
  const subjectsOf = (round: number) =>
    Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`x:${round}-${i}`, subject]));
  await world.ask("create", "/", policyOf());

  for (let round = 0; round < 4; round++) {
    await world.ask("modify", "/entries/guests/subjects", subjectsOf(round));
    await world.ask("modify", "/entries/guests/subjects", {});
  }

  expect(world.watch.sizes.subjects).toBe(1_000);
});

test("subjects of policies that are made for a moment leave room for those of others", async () => {
  const world = start();
  const subject = { type: "t", expiry: inMillis(24 * HOUR), announcement: { beforeExpiry: "1h" } };
  const subjects = Object.fromEntries(Array.from({ length: 700 }, (_, i) => [`x:${i}`, subject]));
  for (let i = 0; i < 40; i++) {
    await world.ask("create", "/", policyOf(subjects), `org.acme:p${i}`);
    await world.ask("delete", "/", undefined, `org.acme:p${i}`);
  }
  const taken = world.watch.sizes.subjects;
  await pass(25 * HOUR);

  expect(taken).toBe(20_000);
  expect(world.announced).toHaveLength(taken);
  expect(world.watch.sizes.subjects).toBe(0);
});
