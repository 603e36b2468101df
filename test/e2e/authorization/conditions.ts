// Conditional requests of those who may do only some of what they ask: which refusal is told. Ditto:
// ThingCommandEnforcement.authorizeByPolicyOrThrow judges the conditions first, then the command; what is conditional on
// the state (If-Match, if-equal) comes in the persistence actor, after both.

import { beforeAll, describe, expect, test } from "vitest";
import { THING } from "./commands.ts";
import type { Answer, Asked, Door } from "./doors.ts";
import { onOwnThing } from "./fixtures.ts";
import { type Place, sharedPlace } from "./place.ts";

let place: Place;

beforeAll(async () => {
  place = await sharedPlace();
});

type Tried = Pick<Asked, "action" | "path" | "value">;
type Row = readonly [
  promise: string,
  situation: string,
  tried: Tried,
  headers: Asked["headers"],
  expected: Answer,
];

const a = "/attributes/a";
const b = "/attributes/b";
const read = (path: string): Tried => ({ action: "retrieve", path });
const modify = (path: string, value: unknown): Tried => ({ action: "modify", path, value });
const merge = (path: string, value: unknown): Tried => ({ action: "merge", path, value });
const remove = (path: string): Tried => ({ action: "delete", path });

const holds = { condition: "eq(attributes/a/x,1)" };
const fails = { condition: "eq(attributes/a/x,2)" };
const hidden = { condition: 'eq(attributes/b,"other")' };
const whole = { condition: "exists(attributes)" };
const part = { condition: "exists(attributes/a)" };
const broken = { condition: "eq(attributes/a" };
const ofPart = { "merge-thing-patch-conditions": '{"x":"eq(attributes/b,1)"}' };
const match = { "if-match": '"hash:0"' };
const noneMatch = { "if-none-match": "*" };
const skip = { "if-equal": "skip" };
const minimize = { "if-equal": "skip-minimizing-merge" };

const refused = (status: number, error: string): Answer => ({ status, error: `things:${error}` });
const shown = { status: 200, value: THING.attributes.a };
const unreadable = refused(412, "condition.failed");
const notFound = refused(404, "attribute.notfound");
const forbidden = refused(403, "attribute.notmodifiable");
const noMerge = refused(403, "thing.notmodifiable");
const failed = refused(412, "precondition.failed");

const rows: readonly Row[] = [
  ["a read under a condition that may be read", "partial", read(a), holds, shown],
  ["a read under a condition on what is hidden", "partial", read(a), hidden, unreadable],
  ["a read under a condition of which a part is hidden", "partial", read(a), whole, unreadable],
  ["a read under a condition on what is revoked below", "revoked below", read(b), part, unreadable],
  ["a read of what is hidden", "partial", read(b), holds, notFound],
  ["a read of what is hidden under a condition that does not hold", "partial", read(b), fails, notFound],
  ["a read of what is hidden under a condition on it", "partial", read(b), hidden, unreadable],
  ["a modify under a condition on what is hidden", "partial", modify(a, 1), hidden, unreadable],
  ["a forbidden modify under a condition on what is hidden", "partial", modify(b, 1), hidden, unreadable],
  ["a forbidden modify under a condition that holds", "partial", modify(b, 1), holds, forbidden],
  ["a forbidden modify under a condition that does not hold", "partial", modify(b, 1), fails, forbidden],
  ["a modify by who may only write", "write only", modify(a, 1), holds, unreadable],
  ["a delete by who may only write", "write only", remove(a), holds, unreadable],
  ["a merge by who may only write", "write only", merge(a, { x: 2 }), holds, unreadable],
  ["a delete by who may only read", "read only", remove(""), fails, refused(403, "thing.notdeletable")],
  ["what is no condition", "no permission", modify(a, 1), broken, refused(400, "condition.invalid")],
  ["a condition by who may nothing", "no permission", read(""), holds, unreadable],
  ["a merge with a condition on a part that is hidden", "partial", merge(a, { x: 2 }), ofPart, unreadable],
  ["a forbidden merge with a condition on a part", "partial", merge(b, 1), ofPart, unreadable],
  ["If-Match on a forbidden write", "read only", modify(a, 1), match, forbidden],
  ["If-Match on a hidden read", "partial", read(b), match, notFound],
  ["If-Match on a write by who may only write", "write only", modify(a, 1), match, failed],
  ["If-None-Match on a write by who may only write", "write only", modify(a, 1), noneMatch, failed],
  ["if-equal on a write by who may only write", "write only", modify(b, "other"), skip, failed],
  ["if-equal on a forbidden write", "read only", modify(b, "other"), skip, forbidden],
  ["if-equal on a forbidden merge", "read only", merge(b, "other"), minimize, noMerge],
  [
    "a merge that is forbidden in a part that would change nothing",
    "partial",
    merge("/attributes", { a: { x: 2 }, b: "other" }),
    minimize,
    noMerge,
  ],
];

// JSON Patch is ours: Ditto has none. It is held to what a merge of the same parts needs, and to READ on what it names.
const absent = refused(404, "attributes.notfound");
const replaceB = { op: "replace", path: "/b", value: 1 };
const testB = { op: "test", path: "/b", value: "other" };
const patches: readonly (readonly [string, string, readonly object[], Answer])[] = [
  ["by who may all", "imported implicitly", [replaceB], { status: 204 }],
  ["by who may nothing", "no permission", [replaceB], noMerge],
  ["by who may only read", "read only", [testB, { op: "remove", path: "/b" }], noMerge],
  ["by who may only write", "write only", [replaceB], absent],
  ["that tests what is hidden", "partial", [testB], absent],
  ["that copies what is hidden", "partial", [{ op: "copy", from: "/b", path: "/a/x" }], absent],
  ["that moves what it may only read", "read only", [{ op: "move", from: "/b", path: "/c" }], noMerge],
  ["of what may be written", "partial", [{ op: "replace", path: "/a/x", value: 2 }], { status: 204 }],
];
const asPatch = { "content-type": "application/json-patch+json" };

describe.each([
  ["HTTP", 0],
  ["WebSocket", 1],
] as const)("over %s", (_, index) => {
  const ask = async (situation: string, command: Omit<Asked, "kind" | "id">) => {
    const asked = await onOwnThing(place.owner, situation, command);
    return (place.doors[index] as Door).ask([asked]);
  };

  test.each(rows)("%s (%s) is answered as in Ditto", async (_, situation, tried, headers, expected) => {
    expect(await ask(situation, { ...tried, ...(headers && { headers }) })).toEqual([expected]);
  });

  test.each(patches)(
    "a JSON Patch %s (%s) is judged by all it names",
    async (_, situation, value, expected) => {
      const command = { ...merge("/attributes", value), headers: asPatch };
      expect(await ask(situation, command)).toEqual([expected]);
    },
  );
});
