// What must hold across a policy: administrators, references, imports; and reads, deletes and placeholders.

import { describe, expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../../src/base/json/json.ts";
import { readPath } from "../../src/base/json/pointer.ts";
import { decidePolicy } from "../../src/policies/decide.ts";
import { checkCreatorKeepsWrite } from "../../src/policies/lockout.ts";
import { withCallersSubject } from "../../src/policies/request-subject.ts";
import { retrievePolicy } from "../../src/policies/retrieve.ts";
import { codeOf } from "../support/things.ts";
import { command, given, id, limits, owner, reader, stateWith } from "./decide-helpers.ts";

describe("a policy keeps an administrator", () => {
  const write = { grant: ["WRITE"], revoke: [] };
  const locked = {
    subjects: owner.subjects as JsonObject,
    resources: { "policy:/": { grant: [], revoke: ["WRITE"] } },
  };
  const temporary = { "nginx:ditto": { type: "t", expiry: "2099-01-01T00:00:00Z" } };

  const refusals = [
    ["modify", "/", {}, "policies:policy.modificationinvalid"],
    ["modify", "/entries", { reader }, "policies:policy.modificationinvalid"],
    ["modify", "/entries/owner", reader, "policies:entry.modificationinvalid"],
    ["modify", "/entries/locked", locked, "policies:entry.modificationinvalid"],
    ["modify", "/entries/owner/subjects", temporary, "policies:entry.modificationinvalid"],
    ["modify", "/entries/owner/resources", {}, "policies:entry.modificationinvalid"],
    [
      "modify",
      "/entries/owner/resources/policy:/",
      { grant: [], revoke: [] },
      "policies:entry.modificationinvalid",
    ],
    ["delete", "/entries/owner", undefined, "policies:entry.modificationinvalid"],
    ["delete", "/entries/owner/subjects/nginx:ditto", undefined, "policies:entry.modificationinvalid"],
    ["delete", "/entries/owner/resources/policy:/", undefined, "policies:entry.modificationinvalid"],
  ] as const;
  test.each(refusals)("%s %s is refused", (action, path, body, code) => {
    given(stateWith()).when(action, path, body).thenRejects(code);
  });

  test("unless the operator has switched that off", () => {
    const policy = { policyId: id, imports: {}, entries: {} };
    given(stateWith(), { lockoutPrevention: false }).when("delete", "/entries/owner").thenHolds(policy);
  });

  test("or it imports another policy", () => {
    const policy = { policyId: id, imports: { "org.acme:other": {} }, entries: {} };
    given(stateWith({}, { "org.acme:other": {} }))
      .when("delete", "/entries/owner")
      .thenHolds(policy);
  });

  test("also by an entry that references the subjects of another one", () => {
    const entries = {
      admins: { subjects: owner.subjects as JsonObject, resources: {}, importable: "implicit" },
      rights: { subjects: {}, resources: { "policy:/": write }, references: [{ entry: "admins" }] },
    };
    given(undefined)
      .when("modify", "/", { entries })
      .thenHolds({
        policyId: id,
        imports: {},
        entries: {
          admins: entries.admins,
          rights: {
            subjects: {},
            resources: { "policy:/": write },
            importable: "implicit",
            references: [{ entry: "admins" }],
          },
        },
      });
  });
});

describe("references", () => {
  const team = { subjects: {}, resources: {}, importable: "implicit", references: [{ entry: "reader" }] };
  const state = stateWith({ reader, team });

  test.each([
    [[{ entry: "reader" }, { entry: "reader" }]],
    [[{ entry: "team" }]],
    [[{ entry: "none" }]],
    [[{ import: "org.acme:none", entry: "reader" }]],
  ])("to %j are refused", (references) => {
    given(state).when("modify", "/entries/team/references", references).thenRejects("policies:entry.invalid");
  });

  test("hold their target", () => {
    given(state).when("delete", "/entries/reader").thenRejects("policies:entry.referenceconflict");
    given(state)
      .when("modify", "/entries/reader/importable", "never")
      .thenRejects("policies:entry.referenceconflict");
    given(state)
      .when("modify", "/entries/reader", { ...reader, importable: "never" })
      .thenRejects("policies:entry.invalid");
    given(state).when("modify", "/entries", { owner, team }).thenRejects("policies:entry.invalid");
  });

  test("hold their import, and the label they name in it", () => {
    const imports = { "org.acme:tpl": { entries: ["op"] } };
    const other = { ...team, references: [{ import: "org.acme:tpl", entry: "op" }] };
    const importing = given(stateWith({ other }, imports));
    for (const [action, path, body] of [
      ["delete", "/imports", undefined],
      ["delete", "/imports/org.acme:tpl", undefined],
      ["modify", "/imports", {}],
      ["modify", "/imports/org.acme:tpl", {}],
      ["modify", "/imports/org.acme:tpl/entries", []],
    ] as const)
      importing.when(action, path, body).thenRejects("policies:import.referenceconflict");
  });

  test("are created, told as modified, and gone when there are none", () => {
    const path = ["entries", "reader", "references"];
    const value = [{ entry: "owner" }];
    given(stateWith({ reader }))
      .when("modify", "/entries/reader/references", value)
      .thenDecides({ change: { action: "modified", path, value }, status: 201, value });
    given(state)
      .when("modify", "/entries/team/references", [])
      .thenHolds(
        stateWith({ reader, team: { ...team, references: undefined } as unknown as JsonObject }).value ?? {},
      );
  });
});

describe("imports", () => {
  test("are counted", () => {
    const imports = Object.fromEntries(["a", "b", "c"].map((name) => [`org.acme:${name}`, {}]));
    given(stateWith(), { maxImports: 2 })
      .when("modify", "/imports", imports)
      .thenRejects("policies:imports.toolarge");
    given(stateWith({}, imports), { maxImports: 3 })
      .when("modify", "/imports/org.acme:d", {})
      .thenRejects("policies:imports.toolarge");
  });

  test("are there even when they are deleted", () => {
    given(stateWith({}, { "org.acme:a": {} }))
      .when("delete", "/imports")
      .thenHolds(stateWith().value ?? {});
  });

  test("that are missing refuse what is in them", () => {
    given(stateWith())
      .when("modify", "/imports/org.acme:a/entries", [])
      .thenRejects("policies:import.notfound");
    given(stateWith()).when("delete", "/imports/org.acme:a").thenRejects("policies:import.notfound");
  });
});

describe("a read", () => {
  const state = stateWith({ reader }, { "org.acme:a": {} });
  test.each([
    ["/entries/reader/importable", "implicit"],
    ["/entries/reader/references", []],
    ["/entries/reader/allowedAdditions", []],
    ["/imports/org.acme:a/entries", []],
    ["/imports/org.acme:a/transitiveImports", []],
  ])("of %s gives %j", (path, value) => {
    expect(retrievePolicy(state, id, readPath(path))).toEqual(value);
  });

  test.each([
    ["/entries/none/subjects", "policies:entry.notfound"],
    ["/entries/reader/namespaces", "policies:entry.notfound"],
    ["/entries/reader/subjects/nginx:none", "policies:subject.notfound"],
    ["/entries/reader/resources/thing:/none", "policies:resource.notfound"],
    ["/imports/org.acme:none", "policies:import.notfound"],
    ["/imports/org.acme:none/entries", "policies:import.notfound"],
  ])("of %s is refused with %s", (path, code) => {
    expect(codeOf(() => retrievePolicy(state, id, readPath(path)))).toBe(code);
  });
});

describe("the creator of a policy", () => {
  const check = (value: JsonValue, headers = {}) =>
    codeOf(() => checkCreatorKeepsWrite(command("modify", "/", value, headers), limits, () => undefined));

  test("must be able to change it", () => {
    expect(check({ entries: { owner } })).toBe("none");
    expect(check({ entries: { owner: { ...owner, subjects: { "nginx:other": { type: "t" } } } } })).toBe(
      "policies:policy.notcreatable",
    );
  });

  test("must not have WRITE revoked anywhere in it", () => {
    const resources = { "policy:/entries/owner": { grant: [], revoke: ["WRITE"] } };
    const entries = { owner, lock: { subjects: owner.subjects as JsonObject, resources } };
    expect(check({ entries })).toBe("policies:policy.notcreatable");
  });

  test("may lock itself out on request", () => {
    expect(check({ entries: {} }, { "allow-policy-lockout": true })).toBe("none");
    expect(check({ entries: {} }, { "allow-policy-lockout": "true" })).toBe("policies:policy.notcreatable");
  });
});

test("what is referenced so often that it could not be enforced is refused as a part too", () => {
  const many = (count: number, each: (i: number) => [string, JsonObject]): JsonObject =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => each(i)));
  const team = { subjects: {}, resources: {}, importable: "implicit", references: [{ entry: "role" }] };
  const role = { ...team, references: [] };
  const subjects = many(1_000, (i) => [`n:s${i}`, { type: "t" }]);
  const state = stateWith({ owner, role, ...many(150, (i) => [`team${i}`, team]) });

  given(state).when("modify", "/entries/role/subjects", subjects).thenRejects("policies:entry.invalid");
});

describe("a delete", () => {
  test.each([
    ["/entries", "policies:policy.notmodifiable"],
    ["/entries/reader/subjects", "policies:subjects.notmodifiable"],
    ["/entries/reader/resources", "policies:resources.notmodifiable"],
    ["/entries/reader/importable", "policies:entry.notmodifiable"],
    ["/imports/org.acme:a/entries", "policies:import.notmodifiable"],
  ])("of %s, which can only be replaced, is refused", (path, code) => {
    given(stateWith({ reader }, { "org.acme:a": {} }))
      .when("delete", path)
      .thenRejects(code);
  });
});

describe("the placeholder of the caller's subject", () => {
  const named = { "{{ request:subjectId }}": { type: "caller" }, "nginx:user": { type: "t" } };
  const replaced = { "nginx:user": { type: "t" }, "nginx:ditto": { type: "caller" } };
  const holds = (path: string, body: JsonValue, entries: JsonObject) =>
    given(stateWith({ reader })).when("modify", path, body).thenHolds({ policyId: id, imports: {}, entries });

  test("is replaced wherever subjects are written", () => {
    const before = { ...reader, subjects: named };
    const after = { ...reader, subjects: replaced };
    const administered = { ...owner, subjects: replaced };
    holds("/", { entries: { owner: { ...owner, subjects: named } } }, { owner: administered });
    holds("/entries", { owner: { ...owner, subjects: named } }, { owner: administered });
    holds("/entries/reader", before, { owner, reader: after });
    holds("/entries/reader/subjects", named, { owner, reader: after });
    expect(
      codeOf(() =>
        checkCreatorKeepsWrite(
          command("modify", "/", { entries: { owner: { ...owner, subjects: named } } }),
          limits,
          () => undefined,
        ),
      ),
    ).toBe("none");
  });

  test("is replaced in the path of a subject before it is authorized", () => {
    for (const spelled of ["{{request:subjectId}}", "{{ request:subjectId }}", `$${"{request.subjectId}"}`]) {
      const what = command("modify", `/entries/reader/subjects/${spelled}`, { type: "t" });
      expect(withCallersSubject(what).path).toEqual(["entries", "reader", "subjects", "nginx:ditto"]);
    }
  });

  test("stands for nothing elsewhere", () => {
    const what = command("modify", "/entries/reader/resources", { "thing:/{{ request:subjectId }}": {} });
    expect(withCallersSubject(what)).toBe(what);
  });
});

test("imports that lead too far are refused when they are written", () => {
  const chain = (name: string): JsonObject => {
    const next = Number(name.slice(2)) + 1;
    const imports = { [`a:${next}`]: { entries: [], transitiveImports: [`a:${next + 1}`] } };
    return { imports, entries: { owner } };
  };
  const { imports } = chain("a:0") as { imports: JsonObject };
  const codeFor = (path: string, body: JsonValue) =>
    codeOf(() => decidePolicy(stateWith({}), command("modify", path, body), limits, chain));
  expect(codeFor("/imports", imports)).toBe("policies:import.invalid");
  expect(codeFor("/", { imports, entries: { owner } })).toBe("policies:import.invalid");
  expect(codeFor("/imports", { "a:1": {} })).toBe("none");
});
