import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { startServer } from "../support/server.ts";
import { judge, readKnown } from "./known.ts";
import { replay, sittings } from "./recordings.ts";
import { section } from "./report.ts";

describe.each(sittings)("the recordings $files", ({ files, env }) => {
  test("are answered as a real Ditto did, but for the listed differences", { timeout: 120_000 }, async () => {
    await using server = await startServer({ env });
    for (const file of files) {
      const { fresh, mended } = judge(readKnown(), file, await replay(file, server.url, { maxPauseMs: 300 }));

      expect(fresh, `${file}: differences that are not on the list`).toEqual([]);
      expect(mended, `${file}: on the list but as recorded now; run npm run replay -- --write`).toEqual([]);
    }
  });
});

test("docs/compatibility.md counts the listed differences", () => {
  const page = readFileSync(new URL("../../docs/compatibility.md", import.meta.url), "utf8");

  expect(page).toContain(section(readKnown()));
});
