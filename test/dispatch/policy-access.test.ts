import { afterEach, expect, test, vi } from "vitest";
import type { JsonObject } from "../../src/base/json/json.ts";
import { Entities, Held } from "../../src/dispatch/entities.ts";
import { extentOf } from "../../src/dispatch/extent.ts";
import { PolicyAccess } from "../../src/dispatch/policy-access.ts";
import { policyRules } from "../../src/dispatch/policy-rules.ts";
import { HeldJournal } from "../support/journal.ts";

afterEach(() => vi.useRealTimers());

const policies = () =>
  new Entities(
    policyRules(100_000, () => undefined),
    new HeldJournal(),
    1e6,
  );

function policy(value: JsonObject): Held {
  const state = { value, revision: 1, created: 0, modified: 0 };
  return new Held("org.acme:p", state, extentOf(), 1, true);
}

const readers = (subject: JsonObject): JsonObject => ({
  policyId: "org.acme:p",
  imports: {},
  entries: {
    guests: {
      subjects: { "nginx:guest": subject },
      resources: { "thing:/": { grant: ["READ"], revoke: [] } },
    },
  },
});

test("a subject has its rights until it expires, and no longer", () => {
  vi.useFakeTimers({ now: Date.parse("2030-01-01T11:59:59Z") });
  const access = new PolicyAccess(policies());
  const held = policy(readers({ type: "t", expiry: "2030-01-01T12:00:00Z" }));
  const mayRead = () => access.enforcer(held)?.forSubjects(["nginx:guest"]).hasPartial("thing", [], "READ");

  expect(mayRead()).toBe(true);
  vi.setSystemTime(Date.parse("2030-01-01T12:00:00Z"));
  expect(mayRead()).toBe(false);
});

test("a policy is not asked while one that it imports is not in memory", () => {
  const access = new PolicyAccess(policies());
  const held = policy({ ...readers({ type: "t" }), imports: { "org.acme:elsewhere": {} } });

  expect(access.isReady(held)).toBe(false);
  expect(() => access.enforcer(held)).toThrow(expect.objectContaining({ status: 503 }));
});

test("compiled policies are kept as long as they weigh no more than may be kept", () => {
  const access = new PolicyAccess(policies(), { capacity: 30_000 });
  const first = policy(readers({ type: "t" }));
  const compiled = access.enforcer(first);

  for (let i = 0; i < 3; i++) access.enforcer(policy(readers({ type: `${i}` })));
  expect(access.enforcer(first)).toBe(compiled);
  for (let i = 0; i < 100; i++) access.enforcer(policy(readers({ type: `${i}` })));
  expect(access.enforcer(first)).not.toBe(compiled);
});

test("a policy too heavy to be kept is asked all the same", () => {
  const access = new PolicyAccess(policies(), { capacity: 10 });
  const held = policy(readers({ type: "t" }));

  expect(access.isReady(held)).toBe(true);
  expect(access.enforcer(held)?.forSubjects(["nginx:guest"]).hasPartial("thing", [], "READ")).toBe(true);
});
