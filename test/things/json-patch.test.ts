import { expect, test } from "vitest";
import type { TwinError } from "../../src/base/errors.ts";
import type { JsonValue } from "../../src/base/json/json.ts";
import { JSON_PATCH, readJsonPatch } from "../../src/base/json/json-patch.ts";
import { patchedCommand } from "../../src/things/json-patch.ts";
import { codeOf, command } from "../support/things.ts";

const patch = command("merge", "/attributes", [], { "content-type": JSON_PATCH, condition: "x" });
const patched = (before: JsonValue, ...operations: JsonValue[]) =>
  patchedCommand(patch, before, readJsonPatch(operations));

test("what a merge can say becomes a merge of what changes, its other headers kept", () => {
  const merge = patched(
    { list: [1, 2], b: 1 },
    { op: "add", path: "/list/-", value: 3 },
    { op: "remove", path: "/b" },
  );
  expect(merge).toMatchObject({ action: "merge", path: ["attributes"], value: { list: [1, 2, 3], b: null } });
  expect(merge.headers).toEqual({ "content-type": "application/merge-patch+json", condition: "x" });
});

test("a null value, which a merge would delete, makes it a modify of what holds all it wrote", () => {
  const before = { a: { x: 1, y: 2 }, list: [{ z: 1 }], b: 1 };
  const setNull = (path: string) => ({ op: "replace", path, value: null });

  const modify = patched(before, setNull("/a/x"));
  expect(modify).toMatchObject({ action: "modify", path: ["attributes", "a", "x"], value: null });
  expect(modify.headers["content-type"]).toBe("application/json");
  expect(patched(before, setNull("/a/x"), setNull("/a/y"))).toMatchObject({
    path: ["attributes", "a"],
    value: { x: null, y: null },
  });
  expect(patched(before, setNull("/b"), setNull("/list/0/z"))).toMatchObject({ path: ["attributes"] });
  expect(patched(before, { op: "add", path: "/new", value: null })).toMatchObject({ path: ["attributes"] });
});

test("one that changes nothing is a modify with the same value, of no more than it wrote", () => {
  const same = patched({ a: { x: 1 }, b: 2 }, { op: "add", path: "/a/x", value: 1 });
  expect(same).toMatchObject({ action: "modify", path: ["attributes", "a", "x"], value: 1 });
});

test("a failed test is a failed precondition, an operation without a target no merge", () => {
  const failing = () => patched({ a: 1 }, { op: "test", path: "/a", value: 2 });
  expect(codeOf(failing)).toBe("things:precondition.failed");
  expect(failing).toThrow(expect.objectContaining({ status: 412 }) as TwinError);
  expect(codeOf(() => patched({}, { op: "remove", path: "/a" }))).toBe("things:merge.invalid");
});

test("the policy ID is not copied from elsewhere, since the policy has to be known before", () => {
  const whole = { ...patch, path: [] };
  for (const op of ["copy", "move"])
    for (const path of ["/policyId", ""])
      expect(
        codeOf(() => patchedCommand(whole, {}, readJsonPatch([{ op, from: "/attributes/x", path }]))),
      ).toBe("things:merge.invalid");
});
