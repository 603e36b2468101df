// Who may take over entries of another policy. Ditto: PolicyImportsPreEnforcer, which comes before WRITE is asked for: READ
// on all of each implicit entry and of each that is named, on each that is referenced.

import { beforeAll, describe, expect, test } from "vitest";
import type { Answer, Door } from "./doors.ts";
import { create, make } from "./fixtures.ts";
import { type Place, sharedPlace } from "./place.ts";
import { type Entry, OWNER, USER } from "./situations.ts";

let place: Place;

const granted = (...paths: readonly string[]) =>
  Object.fromEntries(paths.map((path) => [`policy:${path}`, { grant: ["READ"], revoke: [] }]));
const entry = (subject: string, resources: NonNullable<Entry["resources"]>, more: object = {}): Entry => ({
  subjects: { [subject]: { type: "test" } },
  resources,
  ...more,
});
const all = { "policy:/": { grant: ["READ", "WRITE"], revoke: [] } };
const owner = entry(OWNER, all, { importable: "never" });
const shared = entry("pre:x", granted("/none"));
const named = { ...shared, importable: "explicit" };
const closed = { ...shared, importable: "never" };

/** What of it the user may read. */
const libraries: Readonly<Record<string, readonly string[]>> = {
  "m:lib-none": ["/none"],
  "m:lib-some": ["/entries/shared/subjects", "/entries/named/resources", "/entries/closed/subjects"],
  "m:lib-implicit": ["/entries/shared", "/entries/reader"],
  "m:lib-all": ["/"],
};

const mine = { owner, user: entry(USER, all), team: { subjects: {}, resources: {} } };
const readers = { owner, user: entry(USER, granted("/")), team: mine.team };

beforeAll(async () => {
  place = await sharedPlace();
  for (const [id, paths] of Object.entries(libraries)) {
    const reader = entry(USER, granted(...paths));
    await make(place.owner, [create("policy", id, { entries: { owner, shared, named, closed, reader } })]);
  }
});

const refused = (status: number, error: string): Answer => ({ status, error: `policies:${error}` });
const hidden = refused(404, "policy.notfound");
const invalid = refused(400, "import.invalid");
const notImported = refused(404, "import.notfound");
const created = { status: 201 };
const team = "/entries/team/references";
const to = (id: string, label: string) => [{ import: id, entry: label }];

type Row = readonly [promise: string, path: string, value: unknown, expected: Answer];

const rows: readonly Row[] = [
  ["an import of what does not exist", "/imports/m:absent", {}, hidden],
  ["an import of what may not be read", "/imports/m:lib-none", {}, hidden],
  ["an import of what may be read in part", "/imports/m:lib-some", {}, hidden],
  ["an import of which all implicit entries may be read", "/imports/m:lib-implicit", {}, created],
  ["one that names a hidden entry too", "/imports/m:lib-implicit", { entries: ["named"] }, hidden],
  ["one that names a never importable one too", "/imports/m:lib-implicit", { entries: ["closed"] }, hidden],
  ["one that names what may be read", "/imports/m:lib-all", { entries: ["named"] }, created],
  ["several imports of which one is hidden", "/imports", { "m:lib-all": {}, "m:lib-none": {} }, hidden],
  ["a whole policy with a hidden import", "", { entries: mine, imports: { "m:lib-some": {} } }, hidden],
  ["a reference to an entry that may be read", team, to("m:lib", "extra"), created],
  ["a reference to what may be read in part", team, to("m:lib-some", "shared"), hidden],
  ["a reference to an entry that is missing", team, to("m:lib-all", "absent"), invalid],
  ["a reference to an entry that is never importable", team, to("m:lib-all", "closed"), invalid],
  ["a reference to what is not imported", team, to("m:lib-all", "named"), refused(400, "entry.invalid")],
  ["the labels of what is not imported", "/imports/m:lib-all/entries", [], notImported],
  ["the labels of what does not exist", "/imports/m:absent/entries", [], notImported],
  ["labels of what is hidden and not imported", "/imports/m:lib-none/entries", ["x"], notImported],
];

const forbidden: readonly Row[] = [
  ["an import of what may not be read", "/imports/m:lib-none", {}, hidden],
  ["an import of what may be read", "/imports/m:lib-all", {}, refused(403, "import.notmodifiable")],
  ["a reference to what may be read in part", team, to("m:lib-some", "shared"), hidden],
  ["a reference to what may be read", team, to("m:lib-all", "named"), refused(403, "entry.notmodifiable")],
];

describe.each([
  ["HTTP", 0],
  ["WebSocket", 1],
] as const)("over %s", (_, index) => {
  let made = 0;
  async function answerTo(entries: object, path: string, value: unknown) {
    const id = `m:importing-${index}-${made++}`;
    await make(place.owner, [
      create("policy", id, { entries, imports: { "m:lib": { entries: ["extra"] } } }),
    ]);
    return (place.doors[index] as Door).ask([{ kind: "policy", id, action: "modify", path, value }]);
  }

  test.each(rows)("%s is answered as in Ditto to who may write", async (_, path, value, expected) => {
    expect(await answerTo(mine, path, value)).toEqual([expected]);
  });

  test.each(forbidden)(
    "%s is answered as in Ditto to who may only read",
    async (_, path, value, expected) => {
      expect(await answerTo(readers, path, value)).toEqual([expected]);
    },
  );
});
