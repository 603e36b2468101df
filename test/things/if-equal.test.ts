// The `if-equal` header as a real Ditto answered it: http.jsonl 130 and 131, http-2.jsonl 155 to 159.

import { expect, test } from "vitest";
import type { JsonValue } from "../../src/base/json/json.ts";
import { getAt } from "../../src/base/json/pointer.ts";
import type { CommandAction } from "../../src/signals/signal.ts";
import { decideThing } from "../../src/things/decide.ts";
import { unlessEqual } from "../../src/things/if-equal.ts";
import { command, lampWith, policyId, thingId } from "../support/things.ts";

const lamp = lampWith({ attributes: { a: { x: 1, y: [1] }, b: 2, n: null } });
const skip = "skip";
const minimize = "skip-minimizing-merge";

/** What is recorded of a command: the value, or "skipped". */
function recorded(ifEqual: string, action: CommandAction, path: string, value?: JsonValue) {
  const given = command(action, path, value, { "if-equal": ifEqual });
  const change = unlessEqual(given, getAt(lamp.value, given.path), decideThing(lamp, given).change);
  return change ? change.value : "skipped";
}

const whole = { attributes: { n: null, b: 2, a: { y: [1], x: 1 } } };
const cases: readonly (readonly [
  says: string,
  ifEqual: string,
  CommandAction,
  string,
  JsonValue,
  unknown,
])[] = [
  ["an equal modify is skipped", skip, "modify", "/attributes/b", 2, "skipped"],
  ["the order of members is no difference", skip, "modify", "/attributes/a", { y: [1], x: 1 }, "skipped"],
  ["the order of elements is one", skip, "modify", "/attributes/a/y", [1, 1], [1, 1]],
  ["what is new is no equal", skip, "modify", "/attributes/c", 2, 2],
  ["an equal whole thing is skipped", skip, "modify", "/", { policyId, ...whole }, "skipped"],
  ["a whole thing without a policy is not", skip, "modify", "/", whole, { thingId, policyId, ...whole }],
  ["update records what is equal", "update", "modify", "/attributes/b", 2, 2],
  ["an unknown value is ignored", "never", "modify", "/attributes/b", 2, 2],
  ["minimizing concerns no modify", minimize, "modify", "/attributes/b", 2, 2],
  ["an equal merge is skipped", skip, "merge", "/attributes", { a: { x: 1 } }, "skipped"],
  [
    "a merge that changes some is recorded whole",
    skip,
    "merge",
    "/attributes",
    { b: 2, c: 3 },
    { b: 2, c: 3 },
  ],
  ["or what it changes, if asked", minimize, "merge", "/attributes", { b: 2, c: 3 }, { c: 3 }],
  [
    "of an equal thing, a null for what is null is left",
    minimize,
    "merge",
    "/",
    { thingId, ...whole },
    { attributes: { n: null } },
  ],
  ["so is a null for what is not there", minimize, "merge", "/attributes", { none: null, b: 2 }, "skipped"],
  ["a null at an absent path is recorded", skip, "merge", "/attributes/none", null, null],
  ["a null for what is null deletes it", skip, "merge", "/attributes/n", null, null],
  ["an equal scalar is skipped", minimize, "merge", "/attributes/b", 2, "skipped"],
  ["a pattern without a match is skipped", skip, "merge", "/attributes", { "{{ ~z~ }}": null }, "skipped"],
];
test.each(cases)("%s", (_says, ifEqual, action, path, value, outcome) => {
  expect(recorded(ifEqual, action, path, value)).toEqual(outcome);
});

test("a deletion is never skipped", () => {
  expect(recorded(skip, "delete", "/attributes/b")).toBeUndefined();
});
