import { expect, test } from "vitest";
import { commandOf } from "../../src/ops/command-line.ts";

test.each([
  [[], { what: "serve", options: [] }],
  [["--http-port", "1"], { what: "serve", options: ["--http-port", "1"] }],
  [["nonsense"], { what: "serve", options: ["nonsense"] }],
  [["export", "a.gz", "--data-dir", "d"], { what: "export", file: "a.gz", options: ["--data-dir", "d"] }],
  [["import", "-"], { what: "import", file: "-", options: [] }],
  [
    ["partition", "--database-partitions", "8"],
    { what: "partition", options: ["--database-partitions", "8"] },
  ],
  [["hash-password"], { what: "hash-password", options: [] }],
  [["export", "--help"], { what: "help", options: [] }],
])("%j asks for what it says", (argv, command) => {
  expect(commandOf(argv)).toEqual(command);
});

test.each([[["export"]], [["import"]], [["export", "--data-dir", "x"]]])("%j lacks a file", (argv) => {
  expect(() => commandOf(argv)).toThrow(`pollux ${argv[0]} needs the name of a file`);
});
