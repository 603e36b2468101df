import { expect, test } from "vitest";
import { compileEnforcer } from "../../src/policies/enforcer.ts";
import { nextExpiry } from "../../src/policies/expiry.ts";
import type { PolicyEntry } from "../../src/policies/model.ts";
import { compileScoped } from "../../src/policies/scoped-enforcer.ts";
import { entry, grant, revoke } from "./entries.ts";

const thing = {
  thingId: "org.acme:lamp",
  attributes: { colour: "red", secret: { pin: 1 }, tags: ["a", "b"], empty: {} },
  features: { light: { properties: { on: true } } },
};
const read = (policy: readonly PolicyEntry[], ...who: string[]) =>
  compileEnforcer(policy).forSubjects(who).view("thing", thing, []);

test("a grant reaches everything below it", () => {
  const access = compileEnforcer([entry(["a:1"], { "thing:/": grant("READ") })]).forSubjects(["a:1"]);
  expect(access.hasUnrestricted("thing", ["attributes", "colour"], "READ")).toBe(true);
  expect(access.hasUnrestricted("thing", [], "WRITE")).toBe(false);
  expect(access.hasPartial("policy", [], "READ")).toBe(false);
});

test("a revoke below a grant takes its part away, and a grant below that gives it back", () => {
  const policy = [
    entry(["a:1"], {
      "thing:/": grant("READ"),
      "thing:/attributes": revoke("READ"),
      "thing:/attributes/colour": grant("READ"),
    }),
  ];
  expect(read(policy, "a:1")).toEqual({
    thingId: "org.acme:lamp",
    attributes: { colour: "red" },
    features: thing.features,
  });
});

test("on the same resource a subject's revoke wins over its grant, also from another entry", () => {
  const policy = [
    entry(["a:1"], { "thing:/attributes": grant("READ") }),
    entry(["a:1"], { "thing:/attributes": revoke("READ") }),
  ];
  expect(read(policy, "a:1")).toBeUndefined();
});

test("of several subjects the nearer resource decides, and the revoke where both are as near", () => {
  const nearer = [
    entry(["a:1"], { "thing:/attributes": grant("READ") }),
    entry(["a:2"], { "thing:/": revoke("READ") }),
  ];
  const asNear = [
    entry(["a:1"], { "thing:/attributes": grant("READ") }),
    entry(["a:2"], { "thing:/attributes": revoke("READ") }),
  ];
  expect(read(nearer, "a:1", "a:2")).toEqual({ attributes: thing.attributes });
  expect(read(asNear, "a:1", "a:2")).toBeUndefined();
  expect(read(asNear, "a:1")).toEqual({ attributes: thing.attributes });
});

test("objects that lose all their members vanish, empty ones are judged like any value", () => {
  const policy = [
    entry(["a:1"], { "thing:/attributes/secret/pin": revoke("READ"), "thing:/attributes": grant("READ") }),
  ];
  expect(read(policy, "a:1")).toEqual({
    attributes: { colour: "red", tags: ["a", "b"], empty: {}, secret: {} },
  });
  const noneOfIt = [entry(["a:1"], { "thing:/attributes/secret/other": grant("READ") })];
  expect(read(noneOfIt, "a:1")).toBeUndefined();
});

test("a value that is readable as a whole is handed out as it is", () => {
  expect(read([entry(["a:1"], { "thing:/": grant("READ") })], "a:1")).toBe(thing);
});

test("a view of a part is taken at its path", () => {
  const access = compileEnforcer([entry(["a:1"], { "thing:/attributes/colour": grant("READ") })]).forSubjects(
    ["a:1"],
  );
  expect(access.view("thing", thing.attributes, ["attributes"])).toEqual({ colour: "red" });
  expect(access.view("thing", "red", ["attributes", "colour"])).toBe("red");
  expect(access.view("thing", true, ["features", "light", "properties", "on"])).toBeUndefined();
});

test("keys such as __proto__ are plain data, in resources and in values", () => {
  const value = JSON.parse('{"attributes":{"__proto__":{"x":1},"constructor":2,"other":3}}');
  const access = compileEnforcer([
    entry(["a:1"], { "thing:/attributes/__proto__/x": grant("READ") }),
  ]).forSubjects(["a:1"]);
  expect(JSON.stringify(access.view("thing", value, []))).toBe('{"attributes":{"__proto__":{"x":1}}}');
  expect(access.hasPartial("__proto__", ["toString"], "READ")).toBe(false);
});

test("subjects that the policy does not name neither help nor harm", () => {
  const enforcer = compileEnforcer([entry(["a:1"], { "thing:/": grant("READ") })]);
  const access = enforcer.forSubjects(["x:1", "a:1", "x:2"]);
  expect(access).toBe(enforcer.forSubjects(["a:1", "x:3"]));
  expect(enforcer.forSubjects(["x:1"]).hasPartial("thing", [], "READ")).toBe(false);
});

test("a subject that spells the names of two others is neither of them", () => {
  const enforcer = compileEnforcer([
    entry(["a:1"], { "thing:/attributes": grant("READ") }),
    entry(["a:2"], { "thing:/features": grant("READ") }),
  ]);
  expect(enforcer.forSubjects(["a:1,a:2"]).hasPartial("thing", [], "READ")).toBe(false);
  expect(enforcer.forSubjects(["0,1"]).hasPartial("thing", [], "READ")).toBe(false);
});

test("sets of subjects are answered however many there are", () => {
  const ids = Array.from({ length: 80 }, (_, i) => `a:${i}`);
  const enforcer = compileEnforcer(
    ids.map((id, i) => entry([id], { [`thing:/attributes/${i}`]: grant("READ") })),
  );
  for (const first of ids) {
    for (const second of ids) {
      const access = enforcer.forSubjects([first, second]);
      expect(access.hasPartial("thing", ["attributes", second.slice(2)], "READ")).toBe(true);
      expect(access.hasPartial("thing", ["attributes", "none"], "READ")).toBe(false);
    }
  }
});

test("readers are those who may read the path or something below it", () => {
  const { readersOf } = compileEnforcer([
    entry(["a:all"], { "thing:/": grant("READ") }),
    entry(["a:most"], { "thing:/": grant("READ"), "thing:/attributes/secret": revoke("READ") }),
    entry(["a:pin"], { "thing:/attributes/secret/pin": grant("READ") }),
    entry(["a:writer"], { "thing:/": grant("WRITE") }),
  ]);
  expect([...readersOf("thing", [])].sort()).toEqual(["a:all", "a:most", "a:pin"]);
  expect([...readersOf("thing", ["attributes", "secret"])].sort()).toEqual(["a:all", "a:pin"]);
  expect([...readersOf("thing", ["attributes", "secret", "else"])]).toEqual(["a:all"]);
  expect([...readersOf("message", [])]).toEqual([]);
});

test("of several entries on a node each subject is judged by its own, also where a subject is in many", () => {
  const { readersOf } = compileEnforcer([
    entry(["a:1", "a:2"], { "thing:/attributes/x": grant("READ"), "thing:/attributes/y": grant("READ") }),
    entry(["a:2"], { "thing:/attributes/x": revoke("READ") }),
    entry(["a:3"], { "thing:/attributes/x": grant("READ") }),
    entry(["a:3"], { "thing:/attributes/x": revoke("READ") }),
  ]);
  expect([...readersOf("thing", [])].sort()).toEqual(["a:1", "a:2"]);
  expect([...readersOf("thing", ["attributes", "x"])].sort()).toEqual(["a:1"]);
});

test("a resource of many thousand keys compiles and is asked without a deep stack", () => {
  const keys = Array.from({ length: 40_000 }, () => "k");
  const enforcer = compileEnforcer([entry(["a:1"], { [`thing:/${keys.join("/")}`]: grant("READ") })]);
  const access = enforcer.forSubjects(["a:1"]);
  expect(access.hasUnrestricted("thing", keys, "READ")).toBe(true);
  expect(access.hasPartial("thing", [], "READ")).toBe(true);
  expect(enforcer.readersOf("thing", []).has("a:1")).toBe(true);
});

test("entries scoped to namespaces apply to things of these only", () => {
  const policy: PolicyEntry[] = [
    entry(["a:1"], { "thing:/": grant("READ") }),
    { ...entry(["a:2"], { "thing:/": grant("READ") }), namespaces: ["org.acme"] },
    { ...entry(["a:3"], { "thing:/": grant("READ") }), namespaces: ["org.acme.*", "com.x"] },
  ];
  const scoped = compileScoped(policy);
  const readers = (namespace: string) => [...scoped.forNamespace(namespace).readersOf("thing", [])];
  expect(readers("org.acme")).toEqual(["a:1", "a:2"]);
  expect(readers("org.acme.lab")).toEqual(["a:1", "a:3"]);
  expect(readers("org.acmelab")).toEqual(["a:1"]);
  expect(scoped.forNamespace("com.y")).toBe(scoped.forNamespace("com.z"));
  expect(scoped.whole.readersOf("thing", []).size).toBe(3);
});

test("an entry of a journal may lack subjects or resources", () => {
  const policy = [{ subjects: { "a:1": { type: "t" } } }, { resources: { "thing:/": grant("READ") } }];
  expect(compileEnforcer(policy).forSubjects(["a:1"]).hasPartial("thing", [], "READ")).toBe(false);
});

test("subjects are left out once they have expired", () => {
  const expiring = (seconds: number): PolicyEntry => ({
    ...entry([], { "thing:/": grant("READ") }),
    subjects: { [`a:${seconds}`]: { type: "t", expiry: new Date(seconds * 1000).toISOString() } },
  });
  const policy = [
    entry(["a:lasting"], { "thing:/": grant("READ") }),
    expiring(1),
    { ...expiring(2), namespaces: ["n"] },
  ];
  const readersAt = (now?: number) => [
    ...compileScoped(policy, now).forNamespace("n").readersOf("thing", []),
  ];
  expect(readersAt()).toEqual(["a:lasting", "a:1", "a:2"]);
  expect(readersAt(999)).toEqual(["a:lasting", "a:1", "a:2"]);
  expect(readersAt(1000)).toEqual(["a:lasting", "a:2"]);
  expect([...compileScoped(policy, 1500).forNamespace("m").readersOf("thing", [])]).toEqual(["a:lasting"]);
  expect(readersAt(2000)).toEqual(["a:lasting"]);
  expect([0, 1000, 2000].map((now) => nextExpiry(policy, now))).toEqual([
    1000,
    2000,
    Number.POSITIVE_INFINITY,
  ]);
});

test("a revoke on a resource or subject of a policy holds in a view of the whole policy", () => {
  const kept = { "thing:/": grant("READ"), "thing:/y": grant("READ") };
  const shown = { "a:1": { type: "t" } };
  const policyWith = (resources: object, subjects: object) =>
    JSON.parse(JSON.stringify({ entries: { L: { subjects, resources } } }));
  const whole = policyWith(
    { "thing:/x": grant("READ"), "thing:/x/z": grant("READ"), ...kept },
    { "https://is:a/b": { type: "t" }, ...shown },
  );
  const access = compileEnforcer([
    entry(["a:1"], {
      "policy:/": grant("READ"),
      "policy:/entries/L/resources/thing:/x": revoke("READ"),
      "policy:/entries/L/subjects/https://is:a/b": revoke("READ"),
    }),
  ]).forSubjects(["a:1"]);
  expect(access.view("policy", whole, [])).toEqual(policyWith(kept, shown));
});

test("a grant on one resource of a policy shows that one in a view of the whole policy", () => {
  const resources = { "thing:/x": grant("READ"), "thing:/y": grant("READ") };
  const access = compileEnforcer([
    entry(["a:1"], { "policy:/entries/L/resources/thing:/x": grant("READ") }),
  ]).forSubjects(["a:1"]);
  expect(access.view("policy", { entries: { L: { resources } } }, [])).toEqual({
    entries: { L: { resources: { "thing:/x": grant("READ") } } },
  });
});
