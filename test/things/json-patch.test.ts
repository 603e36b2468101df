import { expect, test } from "vitest";
import type { TwinError } from "../../src/base/errors.ts";
import type { JsonValue } from "../../src/base/json/json.ts";
import { readJsonPatch } from "../../src/base/json/json-patch.ts";
import { JSON_PATCH, patchedCommand } from "../../src/things/json-patch.ts";
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

test("a null value, which a merge would delete, makes it a modify", () => {
  const modify = patched({ a: 1, b: 1 }, { op: "replace", path: "/a", value: null });
  expect(modify).toMatchObject({ action: "modify", value: { a: null, b: 1 } });
  expect(modify.headers["content-type"]).toBe("application/json");
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
