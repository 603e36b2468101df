// Holds the source to ARCHITECTURE.md: who may import whom is read from its block of layers.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const { tiers, exceptions } = readLayers();
const imports = readImports();

test("every folder of the source has its place among the layers", () => {
  const strangers = [...imports.keys()].filter((file) => tierOf(layerOf(file)) < 0);

  expect(strangers).toEqual([]);
});

test("a layer imports only itself and those before it", () => {
  const wrong = [...imports].flatMap(([file, targets]) =>
    targets
      .filter((target) => !mayImport(layerOf(file), layerOf(target)))
      .map((target) => `${file} → ${target}`),
  );

  expect(wrong).toEqual([]);
});

test("no file imports itself by way of others", () => {
  expect(cycles()).toEqual([]);
});

test("no file passes on what others export", () => {
  const barrels = [...imports.keys()].filter(
    (file) => /(^|\/)(index|mod)\.ts$/.test(file) || /^export\s[^;]*\sfrom\s+"/m.test(source(file)),
  );

  expect(barrels).toEqual([]);
});

/** Lines of names between commas are tiers, the lowest first; `a → b` lets a import its sibling b. */
function readLayers() {
  const text = readFileSync(join(root, "ARCHITECTURE.md"), "utf8");
  const lines = /^```layers\n(.*?)^```/ms.exec(text)?.[1]?.trim().split("\n");
  if (!lines) throw new Error("ARCHITECTURE.md has no block of layers");
  return {
    tiers: lines
      .filter((line) => !line.includes("→"))
      .map((line) => line.split(",").map((name) => name.trim())),
    exceptions: lines.filter((line) => line.includes("→")).map((line) => line.replaceAll(/\s/g, "")),
  };
}

function mayImport(from: string, to: string): boolean {
  return from === to || tierOf(to) < tierOf(from) || exceptions.includes(`${from}→${to}`);
}

function tierOf(layer: string): number {
  return tiers.findIndex((names) => names.includes(layer));
}

/** `src/things/decide.ts` is of the layer things, `src/main.ts` and what lies beside it of main. */
function layerOf(file: string): string {
  const [top = "", folder = "", ...rest] = file.split("/");
  if (top !== "src") return top;
  return rest.length > 0 ? folder : "main";
}

function readImports(): Map<string, string[]> {
  const files = ["src", "schema"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => join(folder, file).split(sep).join("/")),
  );
  return new Map(files.map((file) => [file, importsOf(file)]));
}

/** Type imports count as well, and so do files started as workers. */
function importsOf(file: string): string[] {
  const statements = /(?:\bfrom|\bimport|\bimport\(|\bnew URL\()\s*"(\.{1,2}\/[^"]+\.ts)"/g;
  return [...source(file).matchAll(statements)].map(([, target = ""]) =>
    relative(root, join(root, dirname(file), target))
      .split(sep)
      .join("/"),
  );
}

function source(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

/** Each found cycle as the way from a file back to it. */
function cycles(): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): void => {
    if (way.includes(file)) found.push([...way.slice(way.indexOf(file)), file].join(" → "));
    if (done.has(file) || way.includes(file)) return;
    for (const target of imports.get(file) ?? []) visit(target, [...way, file]);
    done.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
  return found;
}
