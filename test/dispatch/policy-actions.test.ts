// Actions on policies, from the dispatcher down: who may, what is recorded, and that it replays.

import { beforeEach, describe, expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../../src/base/json/json.ts";
import { type ActOnPolicy, type PolicyAction, policyActions } from "../../src/dispatch/policy-actions.ts";
import { tokenIntegrationSubject } from "../../src/ops/token-integration.ts";
import { defaultPolicyLimits } from "../../src/policies/limits.ts";
import type { AuthContext } from "../../src/signals/signal.ts";
import { ditto, type World, worldOn } from "../support/dispatch.ts";
import { HeldJournal } from "../support/journal.ts";

const id = "org.acme:policy";
const expiresAt = Date.now() + 3_600_000;
const bearer = (subjects: string[], claims: JsonObject = { aud: "app" }): AuthContext => ({
  subjects,
  token: { claims, expiresAt },
});
const user = bearer(["iss:user"]);

const grant = (...permissions: string[]) => ({ grant: permissions, revoke: [] });
const entry = (resources: JsonObject, ...subjects: string[]) => ({
  subjects: Object.fromEntries(subjects.map((subject) => [subject, { type: "t" }])),
  resources,
});
const entries: JsonObject = {
  owner: entry({ "policy:/": grant("READ", "WRITE") }, "nginx:ditto"),
  reads: entry({ "thing:/": grant("READ") }, "iss:user"),
  partly: entry({ "thing:/features/a": grant("READ") }, "iss:user", "iss:other"),
  executes: entry(
    { "policy:/entries/reads/actions": grant("EXECUTE"), "policy:/entries/none": grant("EXECUTE") },
    "iss:user",
  ),
};

let journal: HeldJournal;
let world: World;
let act: ActOnPolicy;

const actingOn = ({ parts }: World, subject: string, lockoutPrevention = true): ActOnPolicy =>
  policyActions(parts, tokenIntegrationSubject.parse(subject), () => ({
    ...defaultPolicyLimits,
    lockoutPrevention,
    now: Date.now(),
  }));

const inPolicy = { kind: "policy", id } as const;
const put = (value: JsonValue, path = "/") => world.ask("modify", path, value, inPolicy);
const policyOf = async (of: World): Promise<JsonObject> => {
  const reply = await of.ask("retrieve", "/", undefined, inPolicy);
  return (typeof reply === "string" ? {} : reply.value) as JsonObject;
};
const subjectsOf = (policy: JsonObject, label: string) =>
  Object.keys((policy.entries as Record<string, { subjects: JsonObject }>)[label]?.subjects ?? {});

async function acting(how: Partial<PolicyAction> = {}): Promise<unknown> {
  try {
    return await act({ id, action: "activateTokenIntegration", headers: {}, auth: user, ...how });
  } catch (refusal) {
    const { code, status } = refusal as { code: string; status: number };
    return `${status} ${code}`;
  }
}

beforeEach(async () => {
  journal = new HeldJournal({ flowing: true });
  world = worldOn(journal);
  act = actingOn(world, "integration:{{policy-entry:label}}:{{jwt:aud}}");
  await put({ entries });
});

describe("an action on a policy", () => {
  test("puts the subject into the entries that the caller may execute it on", async () => {
    expect(await acting()).toEqual({ status: 204, revision: 2 });
    const policy = await policyOf(world);
    expect(subjectsOf(policy, "reads")).toEqual(["iss:user", "integration:reads:app"]);
    expect(subjectsOf(policy, "partly")).toEqual(["iss:user", "iss:other"]);
    expect(world.published.at(-1)).toMatchObject({ kind: "policy", revision: 2, originator: "iss:user" });
  });

  test("takes out what it put in", async () => {
    await acting();
    expect(await acting({ action: "deactivateTokenIntegration" })).toEqual({ status: 204, revision: 3 });
    expect(subjectsOf(await policyOf(world), "reads")).toEqual(["iss:user"]);
  });

  test("with several entries and subjects is one revision, and is the same when it is replayed", async () => {
    await put(grant("EXECUTE"), "/entries/executes/resources/policy:/");
    const auth = bearer(["iss:user"], { aud: ["app", "web"] });
    expect(await acting({ auth })).toEqual({ status: 204, revision: 3 });
    const policy = await policyOf(world);
    const integrated = (label: string) => [`integration:${label}:app`, `integration:${label}:web`];
    expect(subjectsOf(policy, "partly")).toEqual(["iss:user", "iss:other", ...integrated("partly")]);
    expect(subjectsOf(policy, "reads")).toEqual(["iss:user", ...integrated("reads")]);
    expect(await policyOf(worldOn(journal))).toEqual(policy);
  });

  test("works on a policy that is not in memory", async () => {
    world = worldOn(journal);
    act = actingOn(world, "integration:{{jwt:aud}}");
    expect(await acting({ label: "reads" })).toEqual({ status: 204, revision: 2 });
    expect(subjectsOf(await policyOf(world), "reads")).toEqual(["iss:user", "integration:app"]);
  });
});

describe("an action is refused", () => {
  test.each<[string, Partial<PolicyAction>, string]>([
    ["where there is no policy", { id: "org.acme:none" }, "404 policies:policy.notfound"],
    ["where nothing may be executed", { auth: bearer(["iss:other"]) }, "403 policies:action.failed"],
    ["on an entry on which it may not be executed", { label: "partly" }, "403 policies:action.failed"],
    ["on an entry that is not there", { label: "none" }, "404 policies:action.failed"],
    ["without a token", { auth: { subjects: ["iss:user"] } }, "400 policies:action.failed"],
    ["with a token without the claim", { auth: bearer(["iss:user"], {}) }, "400 policies:action.failed"],
    [
      "with a token without the claim, also where nothing may be executed",
      { auth: bearer(["iss:other"], {}) },
      "400 policies:action.failed",
    ],
    [
      "with a token without the claim, also where there is no policy",
      { id: "org.acme:none", auth: bearer(["iss:user"], {}) },
      "400 policies:action.failed",
    ],
    [
      "with a precondition, as it has no tag",
      { headers: { "if-match": "*" } },
      "412 policies:precondition.failed",
    ],
  ])("%s", async (_, how, refusal) => {
    expect(await acting(how)).toBe(refusal);
    expect(journal.appends).toHaveLength(1);
  });

  test("where the entry is referenced so often that its policy could not be enforced any more", async () => {
    const team = (i: number) => [
      `team${i}`,
      { subjects: {}, resources: {}, references: [{ entry: "reads" }] },
    ];
    const teams = Object.fromEntries(Array.from({ length: 900 }, (_, i) => team(i)));
    const subjects = { "iss:user": { type: "t" } };
    for (let i = 0; i < 108; i++) Object.assign(subjects, { [`n:${i}`]: { type: "t" } });
    const reads = { subjects, resources: { "thing:/": grant("READ") } };
    expect(await put({ ...entries, ...teams, reads }, "/entries")).toMatchObject({ status: 204 });
    act = actingOn(world, "integration:{{jwt:aud}}", false);

    expect(await acting({ label: "reads" })).toBe("400 policies:entry.invalid");
  });

  test("with 403 whoever asks, if only somebody else may execute it", async () => {
    expect(await acting({ auth: { ...user, subjects: ditto.subjects } })).toBe("403 policies:action.failed");
  });
});

test("a header or label that the subject is made of is only missed where the action may be executed", async () => {
  act = actingOn(
    world,
    "integration:{{ policy-entry:label | fn:filter('eq','reads') }}{{header:x}}:{{jwt:aud}}",
  );

  expect(await acting({ auth: bearer(["iss:other"]) })).toBe("403 policies:action.failed");
  expect(await acting()).toBe("400 policies:action.failed");
  expect(await acting({ headers: { x: "-" } })).toEqual({ status: 204, revision: 2 });
});

test("a refusal on a state that is not written is void once that is lost", async () => {
  journal.flowing = false;
  const deleted = world.ask("delete", "/", undefined, inPolicy);
  const refused = acting();
  expect(await Promise.race([refused, Promise.resolve("pending")])).toBe("pending");
  journal.fail();
  expect(await deleted).toBe("policies:policy.unavailable");
  expect(await refused).toBe("503 policies:policy.unavailable");
});
