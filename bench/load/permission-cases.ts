// What is asked of policies in the bench: one as a machine would have, and one of 10,000 entries.

import type { Path } from "../../src/base/json/pointer.ts";
import type { EffectedPermissions, PolicyEntry } from "../../src/policies/model.ts";
import type { Permission } from "../../src/policies/trie.ts";

type Resources = NonNullable<PolicyEntry["resources"]>;

const grant = (...names: Permission[]): EffectedPermissions => ({ grant: names, revoke: [] });
const revoke = (...names: Permission[]): EffectedPermissions => ({ grant: [], revoke: names });

const entryOf = (subjects: readonly string[], resources: Resources): PolicyEntry => ({
  subjects: Object.fromEntries(subjects.map((id) => [id, { type: "bench" }])),
  resources,
  importable: "implicit",
});

/** Some of 2,000 subjects, others for every number. */
export const someSubjects = (set: number, count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => `bench:subject-${(set * 13 + i * 17) % 2_000}`);

/** Owners, operators, and readers from whom a note and most of a feature are kept. */
export const machinePolicy: readonly PolicyEntry[] = [
  entryOf(someSubjects(0, 100), {
    "thing:/": grant("READ", "WRITE"),
    "policy:/": grant("READ", "WRITE"),
    "message:/": grant("READ", "WRITE"),
  }),
  entryOf(someSubjects(1, 100), {
    "thing:/": grant("READ"),
    "thing:/features/power/properties": grant("WRITE"),
    "thing:/attributes/location": grant("WRITE"),
    "message:/features/power/inbox/messages/reset": grant("WRITE"),
  }),
  entryOf(["bench:reader"], {
    "thing:/": grant("READ"),
    "thing:/attributes/note": revoke("READ"),
    "thing:/features/power": revoke("READ"),
    "thing:/features/power/properties/unit": grant("READ"),
  }),
];

/** Each entry with a subject and three resources of its own or shared with others. */
export const largePolicy: readonly PolicyEntry[] = Array.from({ length: 10_000 }, (_, i) =>
  entryOf([`bench:subject-${i % 2_000}`], {
    "thing:/attributes": grant("READ", "WRITE"),
    [`thing:/attributes/kept-${i % 100}`]: revoke("READ"),
    [`thing:/features/feature-${i % 500}/properties/property-${i}`]: grant("READ"),
  }),
);

interface Question {
  readonly type: string;
  readonly path: Path;
  readonly permission: Permission;
  readonly text: string;
}

const question = (type: string, path: string, permission: Permission): Question => ({
  type,
  path: path.split("/").filter((key) => key !== ""),
  permission,
  text: `${permission} ${type}:${path}`,
});

/** From whole entities to single values, of one to six steps. */
export const everyPath: readonly Question[] = (["READ", "WRITE"] as const).flatMap((permission) => [
  question("thing", "/", permission),
  question("thing", "/attributes", permission),
  question("thing", "/attributes/location/position/x", permission),
  question("thing", "/features/temperature/properties/value", permission),
  question("thing", "/features/power/properties/value", permission),
  question("thing", "/features/power/properties/unit", permission),
  question("policy", "/entries/owner", permission),
  question("message", "/features/power/inbox/messages/reset", permission),
]);
