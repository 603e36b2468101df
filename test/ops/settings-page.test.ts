import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { asksForHelp } from "../../src/ops/options.ts";
import { settings } from "../../src/ops/settings.ts";
import { helpText, settingsPage } from "../../src/ops/settings-page.ts";

test("docs/settings.md is what `npm run settings-docs` makes of the table", () => {
  const page = readFileSync(new URL("../../docs/settings.md", import.meta.url), "utf8");

  expect(page).toBe(settingsPage());
});

test("help and page tell of every setting", () => {
  const names = Object.values(settings).flatMap((setting) => setting.names);

  for (const name of names) {
    expect(settingsPage()).toContain(`\`${name}\``);
    expect(helpText()).toContain(`--${name.toLowerCase().replaceAll("_", "-")}`);
  }
  expect(new Set(names).size).toBe(names.length);
});

test("every default is a value that its setting takes", () => {
  for (const { kind, fallback } of Object.values(settings)) {
    if (fallback !== undefined) expect(() => kind.parse(fallback)).not.toThrow();
  }
});

test("help is asked for by --help and -h", () => {
  expect(asksForHelp(["--http-port", "1", "--help"])).toBe(true);
  expect(asksForHelp(["-h"])).toBe(true);
  expect(asksForHelp(["--http-port", "1"])).toBe(false);
});
