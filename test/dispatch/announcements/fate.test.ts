import { describe, expect, test } from "vitest";
import { begin, type Fate, type Trigger, transition } from "../../../src/dispatch/announcements/fate.ts";
import type { SubjectAnnouncement, WatchedSubject } from "../../../src/policies/watched-subjects.ts";

const HOUR = 3_600_000;
const settings = {
  announcementGracePeriod: 4 * HOUR,
  announcementMaxTimeout: 60_000,
  announceWhenDeleted: true,
  announcementRandomization: 0,
  announcementBackoffMin: 1_000,
  announcementBackoffMax: HOUR,
  announcementBackoffRandomFactor: 1,
};
const EXPIRY = 100 * HOUR;

const subjectWith = (announcement?: Partial<SubjectAnnouncement>, expiry = EXPIRY): WatchedSubject => ({
  key: "a:b …",
  id: "a:b",
  expiry,
  expiryText: "then",
  announcement: announcement && {
    beforeExpiry: undefined,
    whenDeleted: false,
    randomization: undefined,
    labels: [],
    timeout: undefined,
    timeoutText: undefined,
    ...announcement,
  },
});

/** The effects that follow on triggers at their times. */
function effectsOf(
  subject: WatchedSubject,
  triggers: readonly (readonly [Trigger, number])[],
  { chance = 0, ...set }: Partial<typeof settings> & { chance?: number } = {},
) {
  const about = { subject, settings: { ...settings, ...set }, chance };
  const first = begin(about);
  let fate: Fate = first.fate;
  const effects = [first.effect];
  for (const [trigger, now] of triggers) {
    const step = transition(fate, trigger, { ...about, now });
    fate = step.fate;
    effects.push(step.effect);
  }
  return effects.map((effect) => (effect.what === "sleep" ? effect.until : effect.what));
}

describe("a subject that is not announced", () => {
  test("is deleted half a second after its expiry", () => {
    expect(effectsOf(subjectWith(), [["time", EXPIRY + 500]])).toEqual([EXPIRY + 500, "delete"]);
  });

  test("is let go when it is deleted", () => {
    expect(effectsOf(subjectWith(), [["deleted", 7]])).toEqual([EXPIRY + 500, "forget"]);
  });

  test("is deleted again while it is still there", () => {
    expect(
      effectsOf(subjectWith(), [
        ["time", EXPIRY + 500],
        ["time", EXPIRY + 5_500],
      ]),
    ).toEqual([EXPIRY + 500, "delete", "delete"]);
  });
});

describe("a subject that is announced before its expiry", () => {
  const subject = subjectWith({ beforeExpiry: HOUR });

  test("is announced then, and deleted after its expiry", () => {
    expect(
      effectsOf(subject, [
        ["time", 99 * HOUR],
        ["acknowledged", 99 * HOUR],
        ["time", EXPIRY + 500],
        ["deleted", EXPIRY + 510],
      ]),
    ).toEqual([99 * HOUR, "announce", EXPIRY + 500, "delete", "forget"]);
  });

  test("is deleted at once when it is acknowledged after its expiry", () => {
    expect(
      effectsOf(subject, [
        ["time", 99 * HOUR],
        ["acknowledged", EXPIRY],
      ]),
    ).toEqual([99 * HOUR, "announce", "delete"]);
  });

  test("is announced again after waits that grow, until acknowledgements are overdue for too long", () => {
    const effects = effectsOf(
      subject,
      [
        ["time", 99 * HOUR],
        ["refused", 99 * HOUR],
        ["time", 99 * HOUR + 1_500],
        ["time", 99 * HOUR + 61_500],
        ["time", 99 * HOUR + 63_750],
        ["refused", EXPIRY + 4 * HOUR - 3_000],
      ],
      { announcementGracePeriod: 4 * HOUR },
    );

    expect(effects).toEqual([
      99 * HOUR,
      "announce",
      99 * HOUR + 1_500,
      "announce",
      99 * HOUR + 61_500 + 2_250,
      "announce",
      "delete",
    ]);
  });

  test("is announced after its expiry too, before it is deleted, when nobody looked in time", () => {
    expect(
      effectsOf(subject, [
        ["time", EXPIRY + HOUR],
        ["acknowledged", EXPIRY + HOUR],
      ]),
    ).toEqual([99 * HOUR, "announce", "delete"]);
  });

  test("is announced then too when it was deleted before", () => {
    expect(
      effectsOf(subject, [
        ["deleted", 1],
        ["time", 99 * HOUR],
        ["acknowledged", 99 * HOUR],
      ]),
    ).toEqual([99 * HOUR, "stay", "announce", "forget"]);
  });

  test("is let go when it is deleted and never expires", () => {
    const endless = subjectWith({ beforeExpiry: HOUR }, Number.POSITIVE_INFINITY);

    expect(effectsOf(endless, [["deleted", 1]]).at(-1)).toBe("forget");
  });
});

describe("the waits between announcements", () => {
  const waits = (set: object) =>
    effectsOf(
      subjectWith({ beforeExpiry: HOUR }),
      [1, 2, 3].flatMap(() => [["time", 0] as const, ["refused", 0] as const]),
      set,
    ).filter((effect) => typeof effect === "number");

  test("grow by half without chance, and to twice at most with it", () => {
    expect(waits({}).slice(1)).toEqual([1_500, 2_250, 3_375]);
    expect(waits({ chance: 0.999_999 }).slice(1)).toEqual([1_999, 3_997, 7_993]);
    expect(waits({ chance: 0.999_999, announcementBackoffRandomFactor: 0 }).slice(1)).toEqual([
      1_500, 2_250, 3_375,
    ]);
  });

  test("have a bound", () => {
    expect(waits({ announcementBackoffMax: 2_000 }).slice(1)).toEqual([1_500, 2_000, 2_000]);
    expect(waits({ announcementBackoffMax: 100 }).slice(1)).toEqual([100, 100, 100]);
  });
});

describe("a subject that is announced when it is deleted", () => {
  const subject = subjectWith({ whenDeleted: true });

  test("is announced at its deletion, whoever deletes it, and only then", () => {
    expect(
      effectsOf(subject, [
        ["deleted", 5],
        ["acknowledged", 5],
      ]),
    ).toEqual([EXPIRY + 500, "announce", "forget"]);
    expect(
      effectsOf(subject, [
        ["time", EXPIRY + 500],
        ["deleted", EXPIRY + 510],
        ["acknowledged", EXPIRY + 520],
      ]),
    ).toEqual([EXPIRY + 500, "delete", "announce", "forget"]);
  });

  test("is announced again until that is acknowledged or too long ago", () => {
    expect(
      effectsOf(subject, [
        ["deleted", 5],
        ["time", 60_005],
        ["time", 61_505],
        ["refused", 4 * HOUR],
      ]),
    ).toEqual([EXPIRY + 500, "announce", 61_505, "announce", "forget"]);
  });

  test("is not announced twice when the announcement before its expiry was acknowledged", () => {
    const both = subjectWith({ whenDeleted: true, beforeExpiry: HOUR });

    expect(
      effectsOf(both, [
        ["time", 99 * HOUR],
        ["acknowledged", 99 * HOUR],
        ["deleted", 99 * HOUR + 1],
      ]),
    ).toEqual([99 * HOUR, "announce", EXPIRY + 500, "forget"]);
  });

  test("is announced once more at its deletion while the first announcement waits to be repeated", () => {
    const both = subjectWith({ whenDeleted: true, beforeExpiry: HOUR });

    expect(
      effectsOf(both, [
        ["time", 99 * HOUR],
        ["refused", 99 * HOUR],
        ["deleted", 99 * HOUR + 1],
      ]),
    ).toEqual([99 * HOUR, "announce", 99 * HOUR + 1_500, "announce"]);
  });

  test("waits on when it is deleted while acknowledgements are awaited", () => {
    const both = subjectWith({ whenDeleted: true, beforeExpiry: HOUR });

    expect(
      effectsOf(both, [
        ["time", 99 * HOUR],
        ["deleted", 99 * HOUR + 1],
        ["acknowledged", 99 * HOUR + 2],
      ]),
    ).toEqual([99 * HOUR, "announce", "stay", "forget"]);
  });

  test("is not announced where the operator has switched that off", () => {
    expect(effectsOf(subject, [["deleted", 5]], { announceWhenDeleted: false })).toEqual([
      EXPIRY + 500,
      "forget",
    ]);
  });
});
