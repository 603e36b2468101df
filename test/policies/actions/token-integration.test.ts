import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/base/json/json.ts";
import {
  decideTokenIntegration,
  type TokenIntegration,
} from "../../../src/policies/actions/token-integration.ts";
import { changedPolicy } from "../../../src/policies/apply.ts";
import { codeOf } from "../../support/things.ts";
import { id, limits, owner, stateWith } from "../decide-helpers.ts";

const user = "iss:user";
const reader: JsonObject = {
  subjects: { [user]: { type: "t" } },
  resources: { "thing:/": { grant: ["READ"], revoke: [] } },
  importable: "implicit",
};
const readerBelow = { ...reader, resources: { "thing:/features/a": { grant: ["READ"], revoke: [] } } };
const writer = { ...reader, resources: { "thing:/": { grant: ["WRITE"], revoke: [] } } };
const refused = { ...reader, resources: { "thing:/": { grant: ["READ"], revoke: ["READ"] } } };
const others = { ...reader, subjects: { "iss:other": { type: "t" } } };

/** The policy's entries `a`, `b` and so on, and the change that an action on them comes to. */
function acting(entries: JsonObject, how: Partial<TokenIntegration> = {}) {
  const policy = stateWith(entries).value as JsonObject;
  const change = decideTokenIntegration(
    policy,
    id,
    {
      action: "activateTokenIntegration",
      labels: Object.keys(entries),
      callers: [user],
      subjectsOf: (label) => [`integration:${label}:app`],
      expiresAt: limits.now + 61_000,
      announcement: undefined,
      ...how,
    },
    limits,
  );
  return { change, after: () => changedPolicy(policy, change) as { entries: Record<string, JsonObject> } };
}

const added = {
  type: "added via action <activateTokenIntegration> at <2026-11-21T00:00:00.000Z>",
  expiry: "2026-11-21T00:01:05Z",
};

describe("activating", () => {
  test("puts a subject that expires with the token, rounded up, and keeps what is to be announced", () => {
    const announcement = { beforeExpiry: "61s", whenDeleted: true };
    expect(acting({ a: reader }, { announcement }).change).toEqual({
      action: "created",
      path: ["entries", "a", "subjects", "integration:a:app"],
      value: { ...added, announcement: { beforeExpiry: "120s", whenDeleted: true } },
    });
  });

  test.each([Date.parse("9999-12-31T23:59:59Z") + 1, 1e18])(
    "puts one that is there as long as can be written, for a token that lives until %d",
    (expiresAt) => {
      const { change } = acting({ a: reader }, { expiresAt });
      const { expiry } = change.value as { expiry: string };

      expect(Date.parse(expiry) - Date.parse("9999-12-31T23:59:55Z")).toBeLessThan(10_000);
      expect(Date.parse(expiry)).toBeGreaterThan(Date.parse("9999-12-31T23:59:55Z"));
    },
  );

  test("modifies a subject that is there", () => {
    const subjects = { [user]: { type: "t" }, "integration:a:app": { type: "old" } };
    expect(acting({ a: { ...reader, subjects } }).change).toMatchObject({ action: "modified", value: added });
  });

  test("applies to all entries that hold the caller and let him read something of things", () => {
    const { after } = acting({ a: reader, b: readerBelow, c: writer, d: refused, e: others });
    const { entries } = after();
    expect(entries.a?.subjects).toEqual({ [user]: { type: "t" }, "integration:a:app": added });
    expect(entries.b?.subjects).toEqual({ [user]: { type: "t" }, "integration:b:app": added });
    expect(entries).toMatchObject({ owner, c: writer, d: refused, e: others });
  });

  test("puts several subjects into one entry with one change of its subjects", () => {
    const { change } = acting({ a: reader }, { subjectsOf: () => ["integration:x", "integration:y"] });
    expect(change).toEqual({
      action: "modified",
      path: ["entries", "a", "subjects"],
      value: { [user]: { type: "t" }, "integration:x": added, "integration:y": added },
    });
  });

  test("is refused where no entry fits, also where the caller's subject has expired", () => {
    const expired = { ...reader, subjects: { [user]: { type: "t", expiry: "2026-11-20T00:00:00Z" } } };
    for (const entry of [writer, refused, others, expired])
      expect(() => acting({ a: entry })).toThrow(
        expect.objectContaining({ code: "policies:action.failed", status: 404 }),
      );
    expect(codeOf(() => acting({}, { labels: ["none", "__proto__"] }))).toBe("policies:action.failed");
  });

  test("is refused with a token that has expired", () => {
    expect(codeOf(() => acting({ a: reader }, { expiresAt: limits.now - 6000 }))).toBe(
      "policies:label.invalid",
    );
  });

  test("is refused with a subject that is none, and with a bad announcement", () => {
    expect(codeOf(() => acting({ a: reader }, { subjectsOf: () => ["no-issuer"] }))).toBe(
      "policies:subjectid.invalid",
    );
    expect(codeOf(() => acting({ a: reader }, { announcement: { beforeExpiry: "1d" } }))).toBe(
      "policies:subjectannouncement.invalid",
    );
  });

  test("is refused where it would make the only administrator expire", () => {
    const both = {
      ...owner,
      resources: { ...(owner.resources as JsonObject), ...(reader.resources as JsonObject) },
    };
    const policy = { policyId: id, imports: {}, entries: { owner: both as JsonObject } };
    const act = () =>
      decideTokenIntegration(
        policy,
        id,
        {
          action: "activateTokenIntegration",
          labels: ["owner"],
          callers: ["nginx:ditto"],
          subjectsOf: () => ["nginx:ditto"],
          expiresAt: limits.now + 1000,
          announcement: undefined,
        },
        limits,
      );
    expect(codeOf(act)).toBe("policies:entry.modificationinvalid");
  });

  test("is refused before more subjects are made than a policy can hold", () => {
    const entries = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`entry-${n}`, reader]));
    const subjects = Array.from({ length: 1000 }, (_, n) => `integration:${n}`);
    expect(codeOf(() => acting(entries, { subjectsOf: () => subjects }))).toBe("policies:policy.toolarge");
  });
});

describe("deactivating", () => {
  const action = "deactivateTokenIntegration" as const;
  const subjects = { [user]: { type: "t" }, "integration:x": { type: "i" }, "integration:y": { type: "i" } };

  test("takes the subject out, whatever the entry grants", () => {
    const subjectsOf = () => ["integration:x"];
    expect(acting({ a: { ...writer, subjects } }, { action, subjectsOf }).change).toEqual({
      action: "deleted",
      path: ["entries", "a", "subjects", "integration:x"],
    });
  });

  test("takes several subjects out of several entries and leaves the rest", () => {
    const subjectsOf = () => ["integration:x", "integration:y"];
    const { entries } = acting(
      { a: { ...reader, subjects }, b: writer, c: others },
      { action, subjectsOf },
    ).after();
    expect(entries).toMatchObject({ owner, b: writer, c: others });
    expect(entries.a).toEqual(reader);
  });

  test("is refused where no entry holds the caller", () => {
    expect(codeOf(() => acting({ a: others }, { action }))).toBe("policies:action.failed");
  });
});
