// What is announced before subjects expire, and the acknowledgements of that.

import { describe, expect, test } from "vitest";
import {
  asking,
  guest,
  HOUR,
  journal,
  pass,
  restart,
  SECOND,
  start,
  subjectPath,
  untilAnnounced,
  withGuest,
} from "./timed.ts";
import { inMillis, label, policyId, policyOf } from "./world.ts";

describe("an announcement before the expiry", () => {
  test("comes so long before, says when, and is for the subject", async () => {
    const expiry = inMillis(HOUR);
    const { announced, guests } = await withGuest({ expiry, announcement: { beforeExpiry: "60s" } });

    await pass(HOUR - 61 * SECOND);
    expect(announced).toEqual([]);
    await pass(2 * SECOND);

    expect(announced).toEqual([
      {
        policyId,
        name: "subjectDeletion",
        value: { deleteAt: expiry.replace(".000Z", "Z"), subjectIds: [guest] },
        subjects: [guest],
        headers: { "correlation-id": expect.any(String), "requested-acks": [] },
      },
    ]);
    await pass(61 * SECOND);
    expect(await guests()).toEqual([]);
    expect(announced).toHaveLength(1);
  });

  test.each([
    { beforeExpiry: "999999999999999h" },
    { beforeExpiry: "9000000h" },
    { beforeExpiry: "60s", randomizationInterval: "999999999999999y" },
  ])("that is to come before time began comes at once: %o", async (announcement) => {
    const world = await withGuest({ expiry: inMillis(HOUR), announcement });
    await pass(SECOND);
    expect(world.announced).toHaveLength(1);

    // The database holds a time that it knows, and that is found again.
    expect(journal.dues.get(policyId)).toBe(1);
    const { guests } = restart(world);
    await pass(HOUR + SECOND);
    expect(await guests()).toEqual([]);
  });

  test("comes earlier by chance where that is asked for", async () => {
    const world = start();
    const announcement = { beforeExpiry: "60s", randomizationInterval: "1000s" };
    const expiry = inMillis(HOUR);
    const names = Array.from({ length: 40 }, (_, i) => `x:${i}`);
    await world.ask(
      "create",
      "/",
      policyOf(Object.fromEntries(names.map((id) => [id, { type: "t", expiry, announcement }]))),
    );

    await pass(HOUR - 1_060 * SECOND);
    expect(world.announced).toHaveLength(0);
    await pass(500 * SECOND);
    const half = world.announced.length;
    await pass(500 * SECOND);

    expect(half).toBeGreaterThan(8);
    expect(half).toBeLessThan(32);
    expect(new Set(world.announced.flatMap(({ subjects }) => subjects))).toEqual(new Set(names));
  });

  test("comes at once where it should have come already", async () => {
    const { announced } = await withGuest({
      expiry: inMillis(30 * SECOND),
      announcement: { beforeExpiry: "1h" },
    });

    await pass(1);

    expect(announced).toHaveLength(1);
  });

  test("is repeated until it is acknowledged; then the subject is deleted when it expires", async () => {
    const { announced, acknowledge, guests } = await withGuest({
      expiry: inMillis(HOUR),
      announcement: asking({ beforeExpiry: "30m", requestedAcks: { labels: [label], timeout: "10s" } }),
    });

    await untilAnnounced();
    expect(announced).toHaveLength(1);
    expect(announced[0]?.headers).toMatchObject({ "requested-acks": [label], timeout: "10s" });
    await pass(11.6 * SECOND);
    expect(announced).toHaveLength(2);
    expect(announced[1]?.headers["correlation-id"]).not.toBe(announced[0]?.headers["correlation-id"]);
    acknowledge(announced[1]!);
    await pass(HOUR / 2 - 12 * SECOND);

    expect(announced).toHaveLength(2);
    expect(await guests()).toEqual([guest]);
    await pass(2 * SECOND);
    expect(await guests()).toEqual([]);
  });

  test("is acknowledged by the subject only, with the label and for the announcement that it is about", async () => {
    const { announced, acknowledge, watch } = await withGuest({
      expiry: inMillis(HOUR),
      announcement: asking({ beforeExpiry: "30m" }),
    });
    await untilAnnounced();
    const [first] = announced;

    acknowledge(first!, { subjects: ["nginx:other"] });
    acknowledge(first!, { label: "other:ack" });
    acknowledge(first!, { id: "org.acme:other" });
    acknowledge(first!, { kind: "thing" });
    acknowledge(first!, { correlationId: "other" });
    await pass(61.6 * SECOND);

    expect(announced).toHaveLength(2);
    acknowledge(first!); // too late: it was repeated meanwhile
    await pass(63 * SECOND);
    expect(announced).toHaveLength(3);
    expect(watch.sizes.subjects).toBe(1);
  });

  test.each([
    [408, 2],
    [424, 2],
    [500, 2],
    [503, 2],
    [204, 1],
    [400, 1],
    [404, 1],
  ])("with the acknowledgement %d comes %d times", async (status, times) => {
    const { announced, acknowledge } = await withGuest({
      expiry: inMillis(HOUR),
      announcement: asking({ beforeExpiry: "30m" }),
    });
    await untilAnnounced();

    acknowledge(announced[0]!, { status });
    await pass(10 * SECOND);

    expect(announced).toHaveLength(times);
  });

  test("needs all of its acknowledgements", async () => {
    const { announced, acknowledge } = await withGuest({
      expiry: inMillis(HOUR),
      announcement: { beforeExpiry: "30m", requestedAcks: { labels: [label, "other:ack"] } },
    });
    await untilAnnounced();

    acknowledge(announced[0]!);
    acknowledge(announced[0]!);
    await pass(70 * SECOND);

    expect(announced).toHaveLength(2);
    acknowledge(announced[1]!);
    acknowledge(announced[1]!, { label: "other:ack" });
    await pass(HOUR / 4);
    expect(announced).toHaveLength(2);
  });

  test("keeps the subject, without acknowledgements, for the grace period after its expiry", async () => {
    const { announced, guests } = await withGuest(
      { expiry: inMillis(HOUR), announcement: asking({ beforeExpiry: "1m" }) },
      { announcementGracePeriod: HOUR, announcementBackoffMax: 60 * SECOND },
    );

    await pass(1.9 * HOUR);
    expect(await guests()).toEqual([guest]);
    const until = announced.length;
    expect(until).toBeGreaterThan(20);
    await pass(0.2 * HOUR);

    expect(await guests()).toEqual([]);
    await pass(HOUR);
    expect(announced.length).toBeLessThan(until + 10);
  });

  test("waits no longer than the operator allows", async () => {
    const { announced } = await withGuest(
      {
        expiry: inMillis(HOUR),
        announcement: { beforeExpiry: "30m", requestedAcks: { labels: [label], timeout: "1h" } },
      },
      { announcementMaxTimeout: 5 * SECOND },
    );

    await pass(HOUR / 2 + 7 * SECOND);

    expect(announced).toHaveLength(2);
  });

  test("ends when the subject is prolonged, and comes again before that expiry", async () => {
    const { announced, ask, watch } = await withGuest({
      expiry: inMillis(HOUR),
      announcement: asking({ beforeExpiry: "30m" }),
    });
    await untilAnnounced();
    await ask("modify", subjectPath, {
      type: "t",
      expiry: inMillis(2 * HOUR),
      announcement: asking({ beforeExpiry: "30m" }),
    });

    await pass(HOUR);
    expect(announced).toHaveLength(1);
    expect(watch.sizes.subjects).toBe(0);
    await untilAnnounced();

    expect(announced).toHaveLength(2);
  });

  test("comes also when the subject was deleted before, and says when that was", async () => {
    const { ask, announced, watch } = await withGuest({
      expiry: inMillis(HOUR),
      announcement: { beforeExpiry: "30m" },
    });
    await ask("delete", subjectPath);
    await pass(HOUR / 4);
    expect(announced).toEqual([]);

    await pass(HOUR / 4 + 10);

    expect(announced).toMatchObject([{ value: { deleteAt: "2030-01-01T00:00:00Z" } }]);
    expect(watch.sizes).toEqual({ policies: 0, subjects: 0 });
  });

  test("comes again after a restart, as nobody knows whether it was acknowledged", async () => {
    const world = await withGuest({ expiry: inMillis(HOUR), announcement: asking({ beforeExpiry: "30m" }) });
    await untilAnnounced();
    world.acknowledge(world.announced[0]!);

    const { announced } = restart(world);
    await pass(SECOND);

    expect(announced).toHaveLength(1);
  });
});
