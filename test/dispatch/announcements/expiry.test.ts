// What becomes of subjects when they expire.

import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/base/json/json.ts";
import { JournalUnavailable } from "../../../src/journal/journal.ts";
import { watchedSubjects } from "../../../src/policies/watched-subjects.ts";
import {
  guest,
  HOUR,
  journal,
  open,
  pass,
  restart,
  rows,
  SECOND,
  start,
  subjectPath,
  withGuest,
} from "./timed.ts";
import { inMillis, policyId, policyOf } from "./world.ts";

describe("an expired subject", () => {
  test("is deleted within a second, in an event of nobody", async () => {
    const { guests, published } = await withGuest({ expiry: inMillis(10 * SECOND) });

    await pass(10 * SECOND);
    expect(await guests()).toEqual([guest]);
    await pass(SECOND);

    expect(await guests()).toEqual([]);
    expect(rows().at(-1)).toMatchObject({
      revision: 2,
      action: "deleted",
      path: subjectPath,
      value: null,
      headers: '{"response-required":false}',
    });
    expect(published.at(-1)).toMatchObject({ action: "deleted" });
    expect(published.at(-1)).not.toHaveProperty("originator");
  });

  test("goes from every entry that holds it as it is, in one event, and from no other", async () => {
    const same = { type: "t", expiry: inMillis(SECOND) };
    const { guests, ask } = await withGuest({});
    await ask("modify", "/entries/a", { subjects: { "x:a/b": same }, resources: {} });
    await ask("modify", "/entries/b", { subjects: { "x:a/b": same }, resources: {} });
    await ask("modify", "/entries/c", { subjects: { "x:a/b": { type: "t" } }, resources: {} });

    await pass(2 * SECOND);

    const { value } = await ask("retrieve", "/entries");
    expect(value).toMatchObject({
      a: { subjects: {} },
      b: { subjects: {} },
      c: { subjects: { "x:a/b": {} } },
    });
    expect(value).not.toHaveProperty("a.subjects.x:a/b");
    expect(rows()).toHaveLength(5);
    expect(await guests()).toEqual([guest]);
  });

  test("whose id has slashes is found in its entry", async () => {
    const { ask, guests } = await withGuest({});
    await ask("modify", "/entries/guests/subjects/x:a~1~1b", { type: "t", expiry: inMillis(SECOND) });

    await pass(2 * SECOND);

    expect(await guests()).toEqual([guest]);
    expect(rows().at(-1)?.path).toBe("/entries/guests/subjects/x:a//b");
  });

  test("stays when it was prolonged, until that expiry", async () => {
    const { ask, guests } = await withGuest({ expiry: inMillis(10 * SECOND) });
    await pass(9 * SECOND);
    await ask("modify", subjectPath, { type: "t", expiry: inMillis(10 * SECOND) });

    await pass(5 * SECOND);
    expect(await guests()).toEqual([guest]);
    await pass(6 * SECOND);

    expect(await guests()).toEqual([]);
    expect(rows()).toHaveLength(3);
  });

  test("stays when it does not expire any more", async () => {
    const { ask, guests, watch } = await withGuest({ expiry: inMillis(10 * SECOND) });
    await ask("modify", subjectPath, { type: "t" });

    await pass(HOUR);

    expect(await guests()).toEqual([guest]);
    expect(watch.sizes).toEqual({ policies: 0, subjects: 0 });
    expect(journal.dues.size).toBe(0);
  });

  test("is no reason to bring back a policy that was deleted", async () => {
    const { ask, watch } = await withGuest({ expiry: inMillis(10 * SECOND) });
    await ask("delete", "/");

    await pass(HOUR);

    expect(rows()).toHaveLength(2);
    expect(watch.sizes).toEqual({ policies: 0, subjects: 0 });
  });

  test("is not deleted by a command that was meant for what it was before", async () => {
    const { ask, expire, guests } = await withGuest({ expiry: inMillis(10 * SECOND) });
    const policy = policyOf({ [guest]: { type: "t", expiry: inMillis(10 * SECOND) } });
    const [before] = [...watchedSubjects(policy).values()];
    await ask("modify", subjectPath, { type: "other", expiry: inMillis(10 * SECOND) });

    expect(await expire(policyId, before!)).toBe(false);

    expect(await guests()).toEqual([guest]);
    expect(rows()).toHaveLength(2);
  });

  test("is deleted even where nobody can administer the policy afterwards", async () => {
    const world = start();
    const { entries } = policyOf() as { entries: JsonObject };
    const { admin } = entries as { admin: JsonObject };
    const boss = { ...admin, subjects: { "nginx:ditto": { type: "t", expiry: inMillis(10 * SECOND) } } };
    // Recorded before there was a rule against it.
    const value = JSON.stringify({
      policyId,
      imports: {},
      entries: { admin: { ...boss, importable: "implicit" } },
    });
    const more = { revision: 1, timestamp: 1, action: "created", path: "/", headers: null, metadata: null };
    journal.append([{ kind: "policy", id: policyId, value, due: 0, ...more }], () => undefined);
    await pass(1);

    restart(world);
    await pass(11 * SECOND);

    expect(rows()).toMatchObject([{}, { action: "deleted", path: "/entries/admin/subjects/nginx:ditto" }]);
  });

  test("takes its turn behind the commands before it, and is no more where these deleted it", async () => {
    const { ask, expire, announced } = await withGuest({
      expiry: inMillis(10 * SECOND),
      announcement: { whenDeleted: true },
    });
    const { committed } = await open[0]!.policies.load(policyId);
    const [subject] = [...watchedSubjects(committed?.value).values()];
    journal.flowing = false;

    const deleted = ask("delete", subjectPath);
    const expired = expire(policyId, subject!);
    await pass(1);
    journal.commitAll();

    expect(await expired).toBe(false);
    expect(await deleted).toMatchObject({ status: 204 });
    expect(rows()).toHaveLength(2);
    expect(announced).toHaveLength(1);
  });

  test("is deleted once the database is back", async () => {
    const { guests, warnings } = await withGuest({ expiry: inMillis(SECOND) });
    journal.flowing = false;
    await pass(2 * SECOND);
    journal.fail();
    await pass(SECOND);
    expect(await guests()).toEqual([guest]);
    journal.flowing = true;

    await pass(6 * SECOND);

    expect(await guests()).toEqual([]);
    expect(warnings).toEqual([]);
  });
});

test.each([
  ["that expires later", 10 * SECOND],
  ["that has expired by the time this is told", 1],
])(
  "a subject %s goes with its time, even where its write was told to be lost but is not",
  async (_, life) => {
    const { ask, guests } = await withGuest({});
    const { append } = journal;
    journal.append = (rows, settled) => {
      append.call(journal, rows, () => {
        setTimeout(() => settled(new JournalUnavailable("no answer")), 2 * SECOND);
      });
      journal.append = append;
    };
    const written = ask("modify", subjectPath, { type: "t", expiry: inMillis(life) });
    const refused = expect(written).rejects.toMatchObject({ status: 503 });

    await pass(15 * SECOND);

    await refused;
    expect(await guests()).toEqual([]);
  },
);

test("a subject whose write is lost expires when it would have without it", async () => {
  const { ask, guests } = await withGuest({ expiry: inMillis(10 * SECOND) });
  journal.flowing = false;
  const written = ask("modify", subjectPath, { type: "t", expiry: inMillis(HOUR) });
  const sooner = ask("modify", subjectPath, { type: "t", expiry: inMillis(SECOND) });
  const refused = Promise.all(
    [written, sooner].map((each) => expect(each).rejects.toMatchObject({ status: 503 })),
  );
  await pass(1);
  journal.fail();
  journal.flowing = true;

  await refused;
  await pass(5 * SECOND);
  expect(await guests()).toEqual([guest]);
  await pass(6 * SECOND);

  expect(await guests()).toEqual([]);
});

test("a policy that is due while the database is away is looked at once it is back", async () => {
  const world = await withGuest({ expiry: inMillis(10 * SECOND) });
  const { guests, watch } = restart(world);
  await pass(SECOND);
  const { load } = journal;
  journal.load = () => Promise.reject(new JournalUnavailable("away"));
  await pass(30 * SECOND);
  expect(watch.sizes.subjects).toBe(0);
  journal.load = load;

  await pass(6 * SECOND);

  expect(await guests()).toEqual([]);
});

test("thousands of subjects that expire at once are deleted, while memory and the journal take a bounded number", async () => {
  const world = start();
  const count = 3_000;
  const expiry = inMillis(HOUR);
  for (let i = 0; i < count; i++) {
    await world.ask("create", "/", policyOf({ [guest]: { type: "t", expiry } }), `org.acme:p${i}`);
  }
  let most = 0;
  const { append } = journal;
  journal.append = (...asked) => {
    append.apply(journal, asked);
    most = Math.max(most, journal.pending);
  };

  await pass(HOUR + 30 * SECOND);

  expect(journal.dues.size).toBe(0);
  expect(most).toBeLessThanOrEqual(16);
  expect(world.watch.sizes).toEqual({ policies: 0, subjects: 0 });
  expect(await world.guests("org.acme:p2999")).toEqual([]);
});
