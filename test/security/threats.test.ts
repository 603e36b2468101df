// The threat model in docs/security.md: behind each line there is a test, of the name that stands there.

import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const page = read("docs/security.md");
const model = page.slice(page.indexOf("\n## Threats\n"));
const lines = model
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| Threat ") && !line.startsWith("| ---"));
/** `` `test/a.test.ts` “what it promises” ``; a pipe stands as `\|` in a table. */
const PROOF = /`(test\/[^`]+\.test\.ts)` “([^”]+)”/g;

test("each threat has what is done about it, and a test", () => {
  const without = lines.filter((line) => line.split(/(?<!\\)\|/).length !== 5 || !line.match(PROOF));

  expect(without).toEqual([]);
  expect(lines.length).toBeGreaterThan(50);
});

test("each of these tests exists", () => {
  const missing = lines.flatMap((line) =>
    [...line.matchAll(PROOF)]
      .map(([, path = "", name = ""]) => [path, name.replaceAll("\\|", "|")] as const)
      .filter(
        ([path, name]) =>
          !existsSync(new URL(`../../${path}`, import.meta.url)) || !hasTest(read(path), name),
      )
      .map(([path, name]) => `${path}: ${name}`),
  );

  expect(missing).toEqual([]);
});

/** The name stands as a whole between quotes; `…` stands for what a table of cases fills in. */
function hasTest(source: string, name: string): boolean {
  const words = name.split("…").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`(["'\`])${words.join(`(?:\\$\\{[^}]*\\}|%[sj])`)}\\1`).test(source);
}
