import { describe, expect, test } from "vitest";
import type { JsonValue } from "../../../src/base/json/json.ts";
import { namespaceAccess } from "../../../src/gateway/auth/namespace-access.ts";
import { namespaceAccessRules } from "../../../src/ops/namespace-access.ts";
import type { AuthContext } from "../../../src/signals/signal.ts";

const bearer = (iss: string): AuthContext => ({ subjects: ["s"], token: { claims: { iss }, expiresAt: 0 } });
const acme = bearer("https://acme.org/login");
const ofAcme = "{{ jwt:iss | fn:filter('like','https://acme.org*') }}";

function reach(rules: JsonValue, auth = acme, sent: Record<string, string> = {}) {
  const reachOf = namespaceAccess(namespaceAccessRules.parse(JSON.stringify(rules)));
  return reachOf?.(auth, {}, sent) as NonNullable<ReturnType<NonNullable<typeof reachOf>>>;
}
const reaches = (rules: JsonValue, namespace: string, auth = acme, sent: Record<string, string> = {}) =>
  reach(rules, auth, sent).mayAccess("thing", namespace);

test("without rules there is nothing to ask", () => {
  expect(namespaceAccess(namespaceAccessRules.parse("[]"))).toBeUndefined();
});

describe("a namespace", () => {
  test.each([
    ["org.acme", ["org.acme"], true],
    ["org.acme.lab", ["org.acme"], false],
    ["org.acme.lab", ["org.acme.*"], true],
    ["org.acme", ["org.acme.*"], false],
    ["org.acme.l1", ["other", "org.acme.l?"], true],
    ["org.Acme", ["org.acme"], false],
    ["orgXacme", ["org.acme"], false],
    ["anything", [], true],
  ])("%s is allowed by %j: %j", (namespace, allowed, expected) => {
    expect(reaches([{ "allowed-namespaces": allowed }], namespace)).toBe(expected);
  });

  test("that one rule blocks is not allowed by another", () => {
    const rules = [{ "allowed-namespaces": ["org.*"] }, { "blocked-namespaces": ["org.secret"] }];
    expect(reaches(rules, "org.open")).toBe(true);
    expect(reaches(rules, "org.secret")).toBe(false);
    expect(() => reach(rules).check("thing", "org.secret")).toThrow(
      expect.objectContaining({ code: "gateway:namespace.notaccessible", status: 403 }),
    );
    expect(() => reach(rules).check("thing", "org.open")).not.toThrow();
  });

  test("is restricted for the types of the rules only", () => {
    const rules = [{ "resource-types": ["policy"], "allowed-namespaces": ["org.acme"] }];
    expect(reach(rules).mayAccess("policy", "other")).toBe(false);
    expect(reach(rules).mayAccess("thing", "other")).toBe(true);
  });
});

describe("a rule", () => {
  const rules = [{ conditions: [ofAcme], "allowed-namespaces": ["org.*"] }];

  test("counts for whom its conditions hold, and nobody else reaches anything", () => {
    expect(reaches(rules, "org.acme")).toBe(true);
    expect(reaches(rules, "org.acme", bearer("https://evil.org"))).toBe(false);
    expect(reaches(rules, "org.acme", { subjects: ["nginx:ditto"] })).toBe(false);
  });

  test("that asks for claims does not count without a token, even if it has a default", () => {
    const lenient = [{ conditions: ["{{ jwt:iss | fn:default('x') }}"], "allowed-namespaces": ["org.*"] }];
    expect(reaches(lenient, "org.acme", { subjects: ["nginx:ditto"] })).toBe(false);
    expect(reaches(lenient, "org.acme")).toBe(true);
  });

  test("looks at all headers that were sent", () => {
    const byHeader = [
      { conditions: ["{{ header:X-Stage | fn:default('safe') | fn:filter('ne','danger') }}"] },
    ];
    expect(reaches(byHeader, "org.acme")).toBe(true);
    expect(reaches(byHeader, "org.acme", acme, { "x-stage": "danger" })).toBe(false);
  });

  test("needs all of its conditions", () => {
    const both = [{ conditions: [ofAcme, "{{ header:x }}"] }];
    expect(reaches(both, "org.acme")).toBe(false);
    expect(reaches(both, "org.acme", acme, { x: "" })).toBe(true);
  });
});

describe("a list of things", () => {
  const rules = [
    { "allowed-namespaces": ["org.a", "org.b.*"], "blocked-namespaces": ["org.c"] },
    { conditions: ["{{ header:x }}"], "allowed-namespaces": ["org.a", "org.c", "org.d"] },
  ];

  test("is about the namespaces that are allowed by name, as patterns cannot be searched for", () => {
    expect(reach(rules).namespacesFor(undefined)).toEqual(["org.a"]);
    expect(reach(rules, acme, { x: "1" }).namespacesFor(undefined)).toEqual(["org.a", "org.d"]);
  });

  test("is about those that were asked for, if all of them are allowed", () => {
    expect(reach(rules).namespacesFor(["org.b.x", "org.a"])).toEqual(["org.b.x", "org.a"]);
    expect(() => reach(rules).namespacesFor(["org.a", "org.d"])).toThrow(
      expect.objectContaining({ code: "gateway:namespace.notaccessible" }),
    );
  });

  test("is about nothing where no rule holds, and about all where one allows all", () => {
    expect(reach([{ conditions: ["{{ header:x }}"] }]).namespacesFor(undefined)).toEqual([]);
    expect(reach([{}]).namespacesFor(undefined)).toBeUndefined();
    expect(reach([{ "resource-types": ["policy"] }]).namespacesFor(undefined)).toBeUndefined();
  });
});
