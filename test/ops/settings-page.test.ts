import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { asksForHelp } from "../../src/ops/options.ts";
import type { Setting } from "../../src/ops/setting.ts";
import { settings, settingsBySubject } from "../../src/ops/settings.ts";
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

test("the page has a heading for each subject, below which all settings are", () => {
  const rows = settingsBySubject.flatMap(([, its]) => its);

  expect(rows).toEqual(Object.values(settings));
  for (const [heading] of settingsBySubject) expect(settingsPage()).toContain(`\n## ${heading}\n`);
});

test("each path sets one setting only", () => {
  const paths = Object.values<Setting>(settings).flatMap(({ path }) => (path ? [path] : []));

  expect(new Set(paths).size).toBe(paths.length);
  for (const path of paths) expect(paths.filter((other) => other.startsWith(`${path}.`))).toEqual([]);
});

test("help tells of the other commands", () => {
  for (const command of ["hash-password", "export", "import", "partition"])
    expect(helpText()).toContain(`pollux ${command}`);
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
