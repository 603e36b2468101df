// `npm test`: lint, types, then the tests; with --full those of *.full.test.ts too, with --only-full only those.
// Other arguments go to vitest. The last line says how many tests ran: `tests: 123 passed, 0 failed`.

import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ensureInstalled, fail, root, runPinned } from "./node.mjs";

const modes = { "--full": "full", "--only-full": "only-full" };
const given = process.argv.slice(2);
const mode = modes[given.find((argument) => argument in modes)] ?? "quick";
const report = join(root, ".tmp", `vitest-${process.pid}.json`);

ensureInstalled();
if (mode !== "only-full") {
  step("biome", ["node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings", "."]);
  step("tsc", ["node_modules/typescript/bin/tsc", "--noEmit"]);
}
const code = runPinned([
  "node_modules/vitest/vitest.mjs",
  "run",
  ...["--mode", mode],
  ...["--reporter=default", "--reporter=json", `--outputFile.json=${freshReport()}`],
  ...(mode === "only-full" ? ["--passWithNoTests"] : []),
  ...given.filter((argument) => !(argument in modes)),
]);
printTotals();
if (code !== 0) fail("vitest failed");

function step(name, args) {
  if (runPinned(args) !== 0) fail(`${name} failed`);
}

function freshReport() {
  mkdirSync(join(root, ".tmp"), { recursive: true });
  return report;
}

/** A file that did not load has no failed test in it, and counts as one. */
function printTotals() {
  let passed = 0;
  let failed = 0;
  if (existsSync(report)) {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, "utf8"));
    rmSync(report);
    const unloaded = testResults.filter(
      (file) => file.status === "failed" && file.assertionResults.every((test) => test.status !== "failed"),
    );
    passed = numPassedTests;
    failed = numFailedTests + unloaded.length;
  }
  // Where there is no *.full.test.ts, a total of 0 would read as if nothing had been tested.
  if (mode === "only-full" && passed + failed === 0) return;
  process.stdout.write(`tests: ${passed} passed, ${failed} failed\n`);
}
