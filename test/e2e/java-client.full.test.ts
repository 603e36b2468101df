// The published Ditto Java client, unchanged. What it is made to do is in java/checks.

import { describe, expect, test } from "vitest";
import { runJavaChecks } from "./java/program.ts";

// The names of the tests are those of the checks, so these have run before the tests are told.
const { checks, complaints } = await runJavaChecks();

describe("the published Java client", () => {
  test.each(checks.map(({ name, problem }) => [name, problem]))("%s", (_, problem) => {
    expect(problem).toBeUndefined();
  });

  test("comes to its end, and the server has nothing to complain about", () => {
    expect(checks.length).toBeGreaterThan(40);
    expect(complaints).toEqual([]);
  });
});
