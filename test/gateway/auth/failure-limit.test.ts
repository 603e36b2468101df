import v8 from "node:v8";
import vm from "node:vm";
import { expect, test } from "vitest";
import { readBasic } from "../../../src/gateway/auth/basic.ts";
import { FailureLimit } from "../../../src/gateway/auth/failure-limit.ts";

const settings = { loginFailuresPerName: 3, loginFailuresPerAddress: 5, loginFailuresWindow: 60_000 };

/** A limit whose clock the test moves. */
function limit(changed: Partial<typeof settings> = {}) {
  const clock = { now: 1_000 };
  const failures = new FailureLimit({ ...settings, ...changed }, () => clock.now);
  const fail = (times: number, address: string, name: string) =>
    Array.from({ length: times }, () => failures.attempt(address, name)).map((told) =>
      typeof told === "number" ? told : "counted",
    );
  return { clock, failures, fail };
}

test("one name at one address is locked after so many failures, until their window ends", () => {
  const { clock, failures, fail } = limit();
  expect(fail(4, "a", "ada")).toEqual(["counted", "counted", "counted", 60]);
  clock.now += 59_001;
  expect(failures.lockedFor("a", "ada")).toBe(1);
  clock.now += 1_000;
  expect(failures.lockedFor("a", "ada")).toBe(0);
  expect(fail(1, "a", "ada")).toEqual(["counted"]);
});

test("nobody can lock a user out at another address", () => {
  const { failures, fail } = limit();
  fail(100, "a", "ada");
  expect(failures.lockedFor("b", "ada")).toBe(0);
  expect(fail(1, "b", "ada")).toEqual(["counted"]);
});

test("an address is locked after failures with many names, which who is known already passes", () => {
  const { failures, fail } = limit();
  for (const name of ["a1", "a2", "a3", "a4", "a5"]) fail(1, "a", name);
  expect(fail(1, "a", "ada")).toEqual([60]);
  expect(failures.lockedFor("a", "ada")).toBe(0);
});

test("guessing on at a locked address locks the name as well", () => {
  const { failures, fail } = limit();
  for (const name of ["a1", "a2", "a3", "a4", "a5"]) fail(1, "a", name);
  fail(3, "a", "ada");
  expect(failures.lockedFor("a", "ada")).toBe(60);
});

test("attempts at the same time count before they are judged, and what succeeds is taken back", () => {
  const { failures, fail } = limit();
  const undo = failures.attempt("a", "ada");
  fail(2, "a", "ada");
  expect(failures.lockedFor("a", "ada")).toBe(60);
  if (typeof undo === "function") undo();
  expect(failures.lockedFor("a", "ada")).toBe(0);
});

test("logins that succeed leave no trace, however many", () => {
  const { failures } = limit();
  for (let i = 0; i < 100; i++) {
    const undo = failures.attempt("a", "ada");
    if (typeof undo !== "number") undo();
  }
  expect(failures.isEmpty).toBe(true);
});

test("0 stands for any number", () => {
  const { failures, fail } = limit({ loginFailuresPerName: 0, loginFailuresPerAddress: 0 });
  expect(new Set(fail(1_000, "a", "ada"))).toEqual(new Set(["counted"]));
  expect(failures.lockedFor("a", "ada")).toBe(0);
});

test("what is counted is bounded: the oldest is forgotten", () => {
  const { failures, fail } = limit();
  fail(3, "a", "ada");
  for (let i = 0; i < 60_000; i++) failures.attempt(`b${i}`, "ada");
  expect(failures.lockedFor("a", "ada")).toBe(0);
});

test("a count keeps nothing of a long name or header in memory", () => {
  v8.setFlagsFromString("--expose-gc");
  const collect = vm.runInNewContext("gc") as () => void;
  const used = () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const { failures } = limit();
  const before = used();
  for (let i = 0; i < 2_000; i++) {
    const header = `Basic ${Buffer.from(`${i}${"x".repeat(30_000)}:p`).toString("base64")}`;
    failures.attempt("192.0.2.1", readBasic(header)?.name as string);
  }
  expect(used() - before).toBeLessThan(10_000_000);
  expect(failures.isEmpty).toBe(false);
});
