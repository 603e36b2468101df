// The dashboard and the page about operating name metrics that a server has.

import { afterAll, beforeAll, expect, test } from "vitest";
import { startServer, type TestServer } from "../support/server.ts";
import { textOf } from "./files.ts";

interface Panel {
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string }[];
}

const { panels } = JSON.parse(textOf("deploy/grafana/pollux.json")) as { readonly panels: readonly Panel[] };
const functions = new Set([
  "sum",
  "rate",
  "by",
  "le",
  "time",
  "topk",
  "max",
  "changes",
  "histogram_quantile",
]);
let server: TestServer | undefined;
/** Of counters and gauges their names, of histograms those of what is told of them. */
let told: ReadonlySet<string>;

beforeAll(async () => {
  server = await startServer({ env: { METRICS_SECURED: "false" }, readyWithinMs: 55_000 });
  const page = await (await server.fetch("/metrics")).text();
  const types = [...page.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  told = new Set(
    types.flatMap(([, name = "", type]) =>
      type === "histogram" ? [name, `${name}_bucket`, `${name}_count`, `${name}_sum`] : [name],
    ),
  );
});
afterAll(() => server?.[Symbol.asyncDispose]());

/** Words of an expression that are neither functions, labels nor in braces and brackets. */
const metricsOf = (expression: string): readonly string[] =>
  [...expression.replaceAll(/\{[^}]*\}|\[[^\]]*\]|by \([^)]*\)/g, "").matchAll(/[a-z_][a-z0-9_]*/gi)]
    .map(([word]) => word)
    .filter((word) => !functions.has(word));

test("all that the dashboard shows is measured", () => {
  const shown = panels.flatMap(({ targets }) => targets ?? []).flatMap(({ expr }) => metricsOf(expr));

  expect(shown.length).toBeGreaterThan(30);
  for (const name of shown) expect([...told], name).toContain(name);
});

test("its panels do not cover one another", () => {
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, at) => `${x + (at % w)},${y + Math.floor(at / w)}`),
  );

  expect(new Set(cells).size).toBe(cells.length);
});

test("all that docs/operations.md names is measured", () => {
  const section = textOf("docs/operations.md").split("## Metrics")[1]!.split("\n## ")[0]!;
  const rows = section.split("\n").filter((line) => line.startsWith("| `"));
  const named = rows.flatMap((row) => [...row.split("|")[1]!.matchAll(/`([a-z0-9_]+)`/g)]);

  expect(named.length).toBeGreaterThan(20);
  for (const [, name] of named) expect([...told], name).toContain(name);
});
