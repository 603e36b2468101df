// Who may create things and policies. Ditto: ThingEnforcerActor.loadPolicyEnforcerForCreateThing,
// PolicyCommandEnforcement.authorizeCreatePolicy.

import { beforeAll, describe, expect, test } from "vitest";
import type { Answer, Asked, Door } from "./doors.ts";
import { create, make } from "./fixtures.ts";
import { type Place, sharedPlace } from "./place.ts";
import { hasAll, hasSome } from "./rights.ts";
import { resourcesOf, SITUATIONS, type Situation, USER } from "./situations.ts";

let place: Place;

beforeAll(async () => {
  place = await sharedPlace();
});

const lasting = [...SITUATIONS.entries()].filter(([, { afterMs }]) => afterMs === undefined);

/** Something of the policy must be readable, by any of its entries; then it must grant WRITE on all of the thing. */
function expectedUnder({ thing, policy }: Situation): Answer {
  if (!hasSome(policy, [], "READ")) return { status: 404, error: "policies:policy.notfound" };
  if (!hasAll(thing, [], "WRITE")) return { status: 403, error: "things:thing.notmodifiable" };
  return { status: 201 };
}

/** In place of an id. */
const COLLECTION = "?namespace=m";

const actions = [
  ["HTTP", "modify"],
  ["HTTP", "merge"],
  ["HTTP", "POST"],
  ["WebSocket", "create"],
  ["WebSocket", "modify"],
  ["WebSocket", "merge"],
] as const;

const askAt = (door: "HTTP" | "WebSocket", command: Asked) =>
  (place.doors[door === "HTTP" ? 0 : 1] as Door).ask([command]);

describe.each(actions)("over %s with %s", (door, action) => {
  test.each(lasting)(
    "a thing is created under a policy as situation %i allows",
    async (number, situation) => {
      const id = action === "POST" ? COLLECTION : `m:new-${door}-${action}-${number}`;
      const command = { kind: "thing", id, action, path: "", value: { policyId: `m:p-${number}` } } as const;
      const [answer] = await askAt(door, command);
      expect({ situation: situation.name, answer }).toEqual({
        situation: situation.name,
        answer: expectedUnder(situation),
      });
    },
  );
});

const entries = (...rights: Parameters<typeof resourcesOf>) => ({
  mine: { subjects: { [USER]: { type: "test" } }, resources: resourcesOf(...rights) },
  // The policy can be administered by somebody, who is not its creator.
  theirs: {
    subjects: { "pre:other": { type: "test" } },
    resources: resourcesOf({ thing: full, policy: full }),
  },
});
const full = [{ effect: "grant", permissions: ["READ", "WRITE"], path: "/" }] as const;
const reading = [{ effect: "grant", permissions: ["READ"], path: "/" }] as const;
const revokedPart = [...full, { effect: "revoke", permissions: ["WRITE"], path: "/entries/mine" }] as const;
const lockout = { "allow-policy-lockout": "true" };

const policies = [
  ["with WRITE for its creator", full, {}, { status: 201 }],
  ["with READ for its creator", reading, {}, { status: 403, error: "policies:policy.notcreatable" }],
  ["with WRITE on a part revoked", revokedPart, {}, { status: 403, error: "policies:policy.notcreatable" }],
  ["with READ for its creator, who asks to be locked out", reading, lockout, { status: 201 }],
] as const;

const things = [
  ["with WRITE for its creator", full, full, {}, { status: 201 }],
  [
    "with READ on the thing for its creator",
    reading,
    full,
    {},
    { status: 403, error: "things:thing.notmodifiable" },
  ],
  [
    "with READ on the policy for its creator",
    full,
    reading,
    {},
    { status: 403, error: "things:thing.notcreatable" },
  ],
  [
    "with READ on the policy for its creator, who asks to be locked out",
    full,
    reading,
    lockout,
    { status: 201 },
  ],
  [
    "with READ on the thing for its creator, who asks to be locked out",
    reading,
    full,
    lockout,
    { status: 403, error: "things:thing.notmodifiable" },
  ],
] as const;

describe.each([
  ["HTTP", "modify"],
  ["WebSocket", "create"],
] as const)("over %s with %s", (door, action) => {
  test.each(policies)(
    "a policy %s is created or not, as in Ditto",
    async (name, policy, headers, expected) => {
      const value = { entries: entries({ thing: full, policy }) };
      const id = `m:policy-${door}-${name.replaceAll(/\W/g, "")}`;
      expect(await askAt(door, { kind: "policy", id, action, path: "", value, headers })).toEqual([expected]);
    },
  );

  test.each(things)(
    "a thing and its policy %s are created or not, as in Ditto",
    async (name, thing, policy, headers, expected) => {
      const id = `m:both-${door}-${name.replaceAll(/\W/g, "")}`;
      const value = { _policy: { entries: entries({ thing, policy }) } };
      expect(await askAt(door, { kind: "thing", id, action, path: "", value, headers })).toEqual([expected]);
      if (expected.status !== 201) {
        const gone = { kind: "policy", id, action: "retrieve", path: "" } as const;
        expect(await place.owner.ask([gone])).toMatchObject([{ error: "policies:policy.notfound" }]);
      }
    },
  );
});

// A `create` is judged by the policy that it brings or names, never by the one that the entity has already; that the
// entity exists is told by the persistence actor, after that.
describe("a create over a WebSocket of what exists already", () => {
  const conflicts = [
    [
      "under a policy that the caller may not read",
      { policyId: "m:hidden" },
      404,
      "policies:policy.notfound",
    ],
    ["under a policy that grants no WRITE", { policyId: "m:readable" }, 403, "things:thing.notmodifiable"],
    ["under a policy that grants WRITE", { policyId: "m:writable" }, 409, "things:thing.conflict"],
    ["with a policy of the id of one that exists", {}, 400, "things:thing.notcreatable"],
  ] as const;

  beforeAll(async () => {
    const theirs = { theirs: entries({ thing: full, policy: full }).theirs };
    const makers = (await place.as("pre:other"))[0] as Door;
    const policy = (id: string, more: object) => create("policy", id, { entries: { ...theirs, ...more } });
    const { mine: reader } = entries({ thing: reading, policy: reading });
    const { mine: writer } = entries({ thing: full, policy: full });
    await make(makers, [
      policy("m:hidden", {}),
      policy("m:readable", { reader }),
      policy("m:writable", { writer }),
      policy("m:existing", {}),
    ]);
    await make(makers, [create("thing", "m:existing", { policyId: "m:existing" })]);
  });

  test.each(conflicts)("of a thing %s is refused as in Ditto", async (_, value, status, error) => {
    const command = { kind: "thing", id: "m:existing", action: "create", path: "", value } as const;
    expect(await askAt("WebSocket", command)).toEqual([{ status, error }]);
  });

  test.each([
    ["that its creator may write", full, 409, "policies:policy.conflict"],
    ["that its creator may not write", reading, 403, "policies:policy.notcreatable"],
  ] as const)("of a policy %s is refused as in Ditto", async (_, policy, status, error) => {
    const value = { entries: entries({ thing: full, policy }) };
    const command = { kind: "policy", id: "m:existing", action: "create", path: "", value } as const;
    expect(await askAt("WebSocket", command)).toEqual([{ status, error }]);
  });
});
