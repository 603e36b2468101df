import { describe, expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../../src/base/json/json.ts";
import { readPath } from "../../src/base/json/pointer.ts";
import { decidePolicy } from "../../src/policies/decide.ts";
import { checkCreatorKeepsWrite } from "../../src/policies/lockout.ts";
import { withCallersSubject } from "../../src/policies/request-subject.ts";
import { retrievePolicy } from "../../src/policies/retrieve.ts";
import { codeOf } from "../support/things.ts";
import { command, given, id, limits, owner, stateWith } from "./decide-helpers.ts";

const reader: JsonObject = {
  subjects: { "nginx:user": { type: "t" } },
  resources: { "thing:/": { grant: ["READ"], revoke: [] } },
  importable: "implicit",
};
const deleted = { value: undefined, revision: 4, created: 1000, modified: 4000 };

describe("a whole policy", () => {
  const value = { policyId: id, imports: {}, entries: { owner } };

  test("is created where there is none, also after a deletion", () => {
    const created = { change: { action: "created", path: [], value }, status: 201, value } as const;
    given(undefined).when("modify", "/", { entries: { owner } }).thenDecides(created);
    given(deleted).when("modify", "/", { entries: { owner } }).thenDecides(created);
    given(deleted).when("create", "/", { entries: { owner } }).thenDecides(created);
  });

  test("is replaced where there is one", () => {
    given(stateWith({ reader }))
      .when("modify", "/", { policyId: id, entries: { owner } })
      .thenDecides({ change: { action: "modified", path: [], value }, status: 204 });
  });

  test("is not created over another one", () => {
    given(stateWith()).when("create", "/", value).thenRejects("policies:policy.conflict");
  });

  test("is deleted once", () => {
    given(stateWith())
      .when("delete", "/")
      .thenDecides({ change: { action: "deleted", path: [] }, status: 204 });
    given(deleted).when("delete", "/").thenRejects("policies:policy.notfound");
  });

  test("may have the given size, and not one character more", () => {
    const size = JSON.stringify(value).length;
    given(undefined, { maxSize: size }).when("modify", "/", value).thenHolds(value);
    given(undefined, { maxSize: size - 1 })
      .when("modify", "/", value)
      .thenRejects("policies:policy.toolarge");
    given(stateWith(), { maxSize: size + 20 })
      .when("modify", "/entries/reader", reader)
      .thenRejects("policies:policy.toolarge");
  });

  test("cannot be merged", () => {
    given(stateWith()).when("merge", "/", {}).thenRejects("json.invalid");
  });
});

describe("what is not JSON of a policy is refused", () => {
  const grant = { grant: ["READ"], revoke: [] };
  const subject = { type: "t" };
  const cases: readonly (readonly [path: string, body: JsonValue, code: string])[] = [
    ["/", [], "json.invalid"],
    ["/", { policyId: "org.acme:other" }, "policies:id.notsettable"],
    ["/", { entries: 5 }, "json.invalid"],
    ["/", { imports: { nocolon: {} } }, "policies:id.invalid"],
    ["/", { imports: { "org.acme:a": 5 } }, "json.invalid"],
    ["/", { imports: { [id]: {} } }, "policies:import.invalid"],
    ["/", { imports: { "org.acme:a": { transitiveImports: [id] } } }, "policies:import.invalid"],
    ["/entries", { "nsimported-x": {} }, "policies:label.invalid"],
    ["/entries/imported-x", reader, "policies:label.invalid"],
    ["/entries/reader", 5, "json.invalid"],
    ["/entries/reader", { subjects: [] }, "json.invalid"],
    ["/entries/reader", { subjects: { "nginx:": subject } }, "policies:subjectid.invalid"],
    ["/entries/reader", { subjects: { ":x": subject } }, "policies:subjectid.invalid"],
    ["/entries/reader", { subjects: { "https://issuer": subject } }, "policies:subjectid.invalid"],
    ["/entries/reader", { subjects: { "a:\u0001": subject } }, "policies:subjectid.invalid"],
    ["/entries/reader", { subjects: { "a:b": {} } }, "json.field.missing"],
    ["/entries/reader", { subjects: { "a:b": { type: 1 } } }, "json.invalid"],
    ["/entries/reader", { resources: { ":/": grant } }, "json.invalid"],
    ["/entries/reader", { resources: { "thing:/a//b": grant } }, "json.pointer.invalid"],
    ["/entries/reader", { resources: { "thing:/\u0001": grant } }, "policies:entry.invalid"],
    ["/entries/reader", { resources: { "thing:/": { grant: [] } } }, "json.field.missing"],
    ["/entries/reader", { resources: { "thing:/": { grant: [], revoke: 1 } } }, "json.invalid"],
    ["/entries/reader", { importable: 1 }, "json.invalid"],
    ["/entries/owner/importable", 1, "policies:entry.invalid"],
    ["/entries/reader", { namespaces: "org" }, "json.invalid"],
    ["/entries/reader", { namespaces: [".*"] }, "policies:entry.invalid"],
    ["/entries/reader", { allowedAdditions: [1] }, "policies:entry.invalid"],
    ["/entries/reader", { references: [5] }, "policies:entry.invalid"],
    ["/entries/reader", { references: [{}] }, "json.field.missing"],
    ["/entries/reader", { references: [{ entry: "owner", import: "" }] }, "policies:id.invalid"],
    ["/entries/owner/subjects/nobody", subject, "policies:subjectid.invalid"],
    ["/entries/owner/resources/thing", grant, "json.invalid"],
    ["/imports/nocolon", {}, "policies:id.invalid"],
    ["/imports/org.acme:a", { transitiveImports: [5] }, "policies:import.invalid"],
    ["/nothing", {}, "policies:policy.notfound"],
  ];
  test.each(cases)("at %s: %j", (path, body, code) => {
    given(stateWith()).when("modify", path, body).thenRejects(code);
  });
});

describe("an entry", () => {
  test("is put into normal form", () => {
    const raw = {
      unknown: 1,
      references: [],
      importable: "explicit",
      namespaces: ["org.a", "org.a"],
      resources: { "thing:": { revoke: [], grant: ["READ", 5, "FLY", "READ"] }, __schemaVersion: 2 },
      subjects: { "nginx:user": { expiry: "2099-01-01T00:00:01Z", type: "t", unknown: 1 } },
    };
    const normal = {
      subjects: { "nginx:user": { type: "t", expiry: "2099-01-01T00:00:05Z" } },
      resources: { "thing:/": { grant: ["READ", "FLY"], revoke: [] } },
      namespaces: ["org.a"],
      importable: "explicit",
    };
    given(stateWith())
      .when("modify", "/entries/reader", raw)
      .thenHolds(stateWith({ reader: normal }).value ?? {});
  });

  test("is told to be created or modified", () => {
    const path = ["entries", "reader"];
    given(stateWith())
      .when("modify", "/entries/reader", reader)
      .thenDecides({ change: { action: "created", path, value: reader }, status: 201, value: reader });
    given(stateWith({ reader }))
      .when("modify", "/entries/reader", reader)
      .thenDecides({ change: { action: "modified", path, value: reader }, status: 204 });
  });

  test("that is missing refuses all that is in it", () => {
    for (const part of [
      "subjects",
      "resources",
      "importable",
      "namespaces",
      "allowedAdditions",
      "references",
    ]) {
      const body = { subjects: {}, resources: {}, importable: "never" }[part] ?? [];
      given(stateWith()).when("modify", `/entries/none/${part}`, body).thenRejects("policies:entry.notfound");
      given(stateWith()).when("delete", `/entries/none/${part}`).thenRejects("policies:entry.notfound");
    }
  });

  test("may be called __proto__", () => {
    const entries = JSON.parse(
      '{"__proto__":{"subjects":{},"resources":{},"importable":"implicit"}}',
    ) as JsonObject;
    const entry = Object.entries(entries)[0]?.[1] as JsonObject;
    given(stateWith())
      .when("modify", "/entries/__proto__", entry)
      .thenHolds(JSON.parse(JSON.stringify(stateWith(entries).value)));
    given(stateWith()).when("delete", "/entries/__proto__").thenRejects("policies:entry.notfound");
    given(stateWith())
      .when("delete", "/entries/owner/subjects/__proto__")
      .thenRejects("policies:subject.notfound");
  });
});

describe("a resource of an entry", () => {
  const grant = { grant: ["READ"], revoke: [] };
  const stored = { ...reader, resources: { "thing:/": grant, "thing:/a/b": grant } };

  test("has its path spread over the event's path, whichever way it was spelled", () => {
    const path = ["entries", "reader", "resources", "thing:", "a", "b"];
    for (const segments of [path, [...path.slice(0, 3), "thing:/a/b"], [...path.slice(0, 3), "thing:a/b/"]]) {
      const decided = decidePolicy(
        stateWith({ reader }),
        { ...command("modify", "/", grant), path: segments },
        limits,
      );
      expect(decided).toEqual({
        change: { action: "created", path, value: grant },
        status: 201,
        value: grant,
      });
    }
    given(stateWith({ reader }))
      .when("modify", "/entries/reader/resources/thing:/a/b", grant)
      .thenHolds(stateWith({ reader: stored }).value ?? {});
  });

  test("of the root is one key, however it is written", () => {
    for (const spelled of ["thing:", "thing:/"]) {
      given(stateWith({ reader }))
        .when("modify", `/entries/reader/resources/${spelled}`, { grant: [], revoke: [] })
        .thenDecides({
          change: {
            action: "modified",
            path: ["entries", "reader", "resources", "thing:"],
            value: { grant: [], revoke: [] },
          },
          status: 204,
        });
    }
  });

  test("is read and deleted under the same names", () => {
    const state = stateWith({ reader: stored });
    expect(retrievePolicy(state, id, readPath("/entries/reader/resources/thing:/a/b"))).toEqual(grant);
    given(state)
      .when("delete", "/entries/reader/resources/thing:/a/b")
      .thenHolds(stateWith({ reader }).value ?? {});
    given(state)
      .when("delete", "/entries/reader/resources/thing:/none")
      .thenRejects("policies:resource.notfound");
  });
});

describe("a subject of an entry", () => {
  test("may have slashes in its id", () => {
    const subject = { type: "t" };
    given(stateWith({ reader }))
      .when("modify", "/entries/reader/subjects/https:~1~1issuer:a~1b", subject)
      .thenHolds(
        stateWith({
          reader: {
            ...reader,
            subjects: { ...(reader.subjects as JsonObject), "https://issuer:a/b": subject },
          },
        }).value ?? {},
      );
    const state = stateWith({ reader: { ...reader, subjects: { "nginx:a/b": subject } } });
    expect(retrievePolicy(state, id, ["entries", "reader", "subjects", "nginx:a", "b"])).toEqual(subject);
  });

  const expiries: readonly (readonly [granularity: number, expiry: string, stored: string])[] = [
    [5000, "2099-12-01T10:11:10Z", "2099-12-01T10:11:10Z"],
    [5000, "2099-12-01T10:11:12.345Z", "2099-12-01T10:11:15Z"],
    [25_000, "2099-12-01T10:11:51Z", "2099-12-01T10:12:15Z"],
    [3_600_000, "2099-12-01T10:11:12Z", "2099-12-01T11:00:00Z"],
    [3_600_000, "2099-12-01T12:30:00+02:00", "2099-12-01T11:00:00Z"],
    [86_400_000, "2099-12-31T10:11:12Z", "2100-01-01T00:00:00Z"],
    [1, "2099-12-01T10:11:12.3451Z", "2099-12-01T10:11:12.346Z"],
  ];
  test.each(expiries)("expires rounded up to %d ms: %s is %s", (expiryGranularity, expiry, stored) => {
    const value = { type: "t", expiry: stored };
    given(stateWith({ reader }), { expiryGranularity })
      .when("modify", "/entries/reader/subjects/nginx:new", { type: "t", expiry })
      .thenDecides({
        change: { action: "created", path: ["entries", "reader", "subjects", "nginx:new"], value },
        status: 201,
        value,
      });
  });

  test.each([
    "tomorrow",
    "2099-02-30T00:00:00Z",
    "2099-13-01T00:00:00Z",
    "2099-01-01",
    "2099-01-01T00:00:00",
  ])("does not expire at %s", (expiry) => {
    given(stateWith({ reader }))
      .when("modify", "/entries/reader/subjects/nginx:new", { type: "t", expiry })
      .thenRejects("policies:subjectexpiry.invalid");
  });

  const announcements: readonly (readonly [JsonObject, JsonObject | string])[] = [
    [{}, { whenDeleted: false }],
    [{ beforeExpiry: "90" }, { beforeExpiry: "120", whenDeleted: false }],
    [{ beforeExpiry: "90s" }, { beforeExpiry: "120s", whenDeleted: false }],
    [
      { whenDeleted: true, beforeExpiry: "2h" },
      { beforeExpiry: "2h", whenDeleted: true },
    ],
    [{ randomizationInterval: "5ms" }, { whenDeleted: false, randomizationInterval: "5ms" }],
    [{ requestedAcks: { timeout: "1m" } }, { whenDeleted: false, requestedAcks: { timeout: "1m" } }],
    [{ beforeExpiry: "2d" }, "policies:subjectannouncement.invalid"],
    [{ requestedAcks: { labels: ["a b"] } }, "policies:subjectannouncement.invalid"],
    [{ whenDeleted: 1 }, "json.invalid"],
  ];
  test.each(announcements)("announces %j as %j", (announcement, stored) => {
    const action = () =>
      decidePolicy(
        stateWith({ reader }),
        command("modify", "/entries/reader/subjects/nginx:new", { type: "t", announcement }),
        limits,
      ).value;
    if (typeof stored === "string") expect(codeOf(action)).toBe(stored);
    else expect(JSON.stringify(action())).toBe(JSON.stringify({ type: "t", announcement: stored }));
  });
});

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
