// What is said in several files of deploy/ and in the code is the same.

import { parseYaml } from "@redocly/openapi-core";
import { expect, test } from "vitest";
import { serverFlags } from "../../scripts/node.mjs";
import { settings } from "../../src/ops/settings.ts";
import { copiesOf, letThrough, stagesOf, textOf } from "./files.ts";

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
}
interface Service {
  readonly stop_grace_period: string;
  readonly environment: Readonly<Record<string, string>>;
}

const names = new Set<string>(Object.values(settings).flatMap((setting) => setting.names));
const shutdownMs = Number(settings.shutdownTimeout.kind.parse(settings.shutdownTimeout.fallback ?? ""));
const polluxOf = (file: string): Service => (parseYaml(textOf(file)) as Compose).services.pollux!;
const stages = stagesOf(textOf("Dockerfile"));
const unit = new Map(
  textOf("deploy/systemd/pollux.service")
    .split("\n")
    .map((line) => line.split("=", 1).concat(line.slice(line.indexOf("=") + 1)) as [string, string]),
);

test("image and service start Node with the flags of the launchers", () => {
  const entrypoint = stages.at(-1)!.find(({ name }) => name === "ENTRYPOINT")!;
  const command: readonly string[] = JSON.parse(entrypoint.rest);
  const started = unit.get("ExecStart")!.split(" ");

  expect(command).toEqual(["/app/node_modules/node/bin/node", ...serverFlags, "/app/dist/src/main.js"]);
  expect(started.slice(1, -1)).toEqual(serverFlags);
});

test("the image copies what .dockerignore lets through, and all of it", () => {
  expect(new Set(stages.flatMap(copiesOf))).toEqual(new Set(letThrough()));
});

test("whoever stops a server gives it the time that it takes", () => {
  const seconds = [
    ...["deploy/compose.yaml", "deploy/compose.cluster.yaml"].map(
      (file) => /^(\d+)s$/.exec(polluxOf(file).stop_grace_period)?.[1],
    ),
    unit.get("TimeoutStopSec"),
    // Five of them are spent before the server hears of it.
    Number(/^terminationGracePeriodSeconds: (\d+)$/m.exec(textOf("deploy/helm/pollux/values.yaml"))?.[1]) - 5,
  ];

  for (const given of seconds) expect(Number(given) * 1_000).toBeGreaterThan(shutdownMs);
});

test("variables that are set are settings", () => {
  const workload = textOf("deploy/helm/pollux/templates/workload.yaml");
  const set = [
    ...["deploy/compose.yaml", "deploy/compose.cluster.yaml"].flatMap((file) =>
      Object.keys(polluxOf(file).environment),
    ),
    ...[...workload.matchAll(/ name: ([A-Z_]+)/g)].map(([, name]) => name),
    ...stages
      .at(-1)!
      .filter(({ name }) => name === "ENV")
      .flatMap(({ rest }) => rest.split(" ").map((pair) => pair.split("=", 1)[0])),
  ].filter((name) => name !== "NODE_ENV");

  expect(set).toContain("CLUSTER_NODE_NAME");
  for (const name of set) expect(names).toContain(name);
});
