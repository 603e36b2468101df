import { describe, expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../../src/base/json/json.ts";
import { readPath } from "../../src/base/json/pointer.ts";
import { decidePolicy } from "../../src/policies/decide.ts";
import { retrievePolicy } from "../../src/policies/retrieve.ts";
import { codeOf } from "../support/things.ts";
import { command, given, id, limits, owner, reader, stateWith } from "./decide-helpers.ts";

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
