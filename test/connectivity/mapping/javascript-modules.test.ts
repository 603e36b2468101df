// CommonJS modules of scripts.

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { context, mapper, textMessage } from "./given.ts";

const folder = mkdtempSync(join(tmpdir(), "pollux-modules-"));
const modules = join(folder, "modules");

beforeAll(() => {
  mkdirSync(join(modules, "package", "lib"), { recursive: true });
  writeFileSync(join(folder, "secret.js"), "module.exports = 'secret';");
  writeFileSync(
    join(modules, "one.js"),
    "exports.name = 'one'; exports.two = require('./two').name; exports.data = require('./data.json');",
  );
  writeFileSync(
    join(modules, "two.js"),
    "exports.name = 'two'; exports.half = require('./one').name; exports.count = 0;",
  );
  writeFileSync(join(modules, "data.json"), '{"n":1}');
  writeFileSync(join(modules, "package", "package.json"), '{"main":"lib/main"}');
  writeFileSync(
    join(modules, "package", "lib", "main.js"),
    "module.exports = function () { return 'main'; };",
  );
  writeFileSync(join(modules, "out.js"), "module.exports = require('../secret');");
  symlinkSync(join(folder, "secret.js"), join(modules, "link.js"));
});

afterAll(() => rmSync(folder, { recursive: true }));

function required(expression: string) {
  const incomingScript = `function mapToDittoProtocolMsg() { return { it: ${expression} } }`;
  const made = mapper("JavaScript", { incomingScript }, { commonJsPath: modules });
  try {
    return (made.incoming(textMessage(""), context)[0] as { it: unknown }).it;
  } finally {
    made.close();
  }
}

test("modules of the folder can require one another, in cycles, and JSON", () => {
  expect(required("[require('one').two, require('two').half, require('one').data.n]")).toEqual([
    "two",
    "one",
    1,
  ]);
});

test("a module is made once", () => {
  expect(required("[++require('two').count, ++require('./two').count]")).toEqual([1, 2]);
});

test("a folder with a package.json is a module", () => {
  expect(required("require('package')()")).toBe("main");
});

for (const outside of ["../secret", "/etc/passwd", "out", "link", "package/../../secret", "secret\\u0000"]) {
  test(`a script cannot require ${outside}`, () => {
    expect(() => required(`require('${outside}')`)).toThrow();
  });
}

test("a folder of modules that is not there is told when the mapper is made", () => {
  const make = () => mapper("JavaScript", { incomingScript: "" }, { commonJsPath: join(folder, "none") });

  expect(make).toThrow(expect.objectContaining({ code: "connectivity:message.mapper.config.failed" }));
});
