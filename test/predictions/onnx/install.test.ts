import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const read = (file: string) => JSON.parse(readFileSync(new URL(`../../../${file}`, import.meta.url), "utf8"));

test("whatever npm runs of it, the install script of onnxruntime-node ends before it downloads anything", () => {
  const { packages } = read("package-lock.json");
  const agents = Object.keys(packages).filter((at) => at.endsWith("node_modules/global-agent"));

  // The script loads this one first (scripts/no-download says why).
  expect(agents).toEqual(["node_modules/global-agent"]);
  expect(packages["node_modules/global-agent"]).toEqual({ resolved: "scripts/no-download", link: true });
  expect(read("package.json").allowScripts["onnxruntime-node"]).toBe(false);
});

test("the release asks for onnxruntime-node and does without it", () => {
  const { peerDependencies, peerDependenciesMeta, dependencies } = read("package.json");

  expect(peerDependencies).toHaveProperty("onnxruntime-node");
  expect(peerDependenciesMeta["onnxruntime-node"]).toEqual({ optional: true });
  expect(dependencies).not.toHaveProperty("onnxruntime-node");
});
