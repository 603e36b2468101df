import { expect, test } from "vitest";
import type { JsonObject } from "../../../src/base/json/json.ts";
import { START, vectorOf, watched } from "./world.ts";

test("the versions of a predictor are told before anything has happened", async () => {
  const { monitor } = await watched({ shadow: "next" });

  expect(monitor.status()).toEqual({
    since: "2026-01-01T00:00:00.000Z",
    queue: 3,
    versions: {
      1: {
        role: "active",
        predictions: 0,
        rate: { "1m": 0, "15m": 0 },
        latency: { p50: null, p95: null, p99: null },
        errors: { count: 0, share: null, reasons: {}, last: null },
        skipped: 0,
        written: { count: 0, share: null },
        data: {
          window: 0,
          inputs: {
            x: {
              missing: { count: 0, share: null },
              type: { count: 0, share: null },
              outOfRange: { count: 0, share: null },
            },
          },
        },
        drift: {
          baseline: { predictions: 0, of: 100, complete: false },
          window: { predictions: 0, of: 50, last: null },
          inputs: {},
          outputs: {},
        },
        quality: null,
        bias: null,
        attributions: null,
      },
      next: expect.objectContaining({ role: "shadow", written: null }),
    },
    problems: [],
    alerts: [],
  });
});

test("predictions, those written, failures and skipped triggers are counted", async () => {
  const { monitor, score, version } = await watched();
  for (let i = 0; i < 8; i++) score([i]);
  for (let i = 0; i < 6; i++) monitor.written("1");
  monitor.failed("1", "timeout", "It took longer than 2 s.");
  monitor.failed("1", "unavailable", "Nobody answers.");
  monitor.skipped("1", vectorOf([], [["x", "missing"]]));

  expect(version()).toMatchObject({
    predictions: 8,
    written: { count: 6, share: 0.75 },
    skipped: 1,
    latency: { p50: expect.closeTo(5, 0) },
    errors: {
      count: 2,
      share: 0.2,
      reasons: { timeout: 1, unavailable: 1 },
      last: { reason: "unavailable", detail: "Nobody answers.", at: expect.stringContaining("2026") },
    },
    data: { window: 9, inputs: { x: { missing: { count: 1, share: 0.1111 } } } },
  });
});

test("a version has the role that its newest prediction was made in", async () => {
  const { score, told } = await watched({ shadow: "next" });
  score([1], { version: "next", role: "canary" });

  expect(told("role", "next")).toBe("canary");
});

test("faults of the data are told by input, as shares of the newest vectors", async () => {
  const { monitor, score, told } = await watched({ columns: ["a", "b"] });
  for (let i = 0; i < 100; i++) score([1, 2], { vector: vectorOf([1, 2], [["a", "type"]]) });
  for (let i = 0; i < 50; i++)
    score([1, 2], { vector: vectorOf([1, 2], i % 5 === 0 ? [["b", "out-of-range"]] : []) });
  monitor.skipped("1", vectorOf([], [["no input", "missing"]]));

  const inputs = told("data/inputs") as JsonObject;
  expect(inputs.a).toMatchObject({ type: { count: 0 }, outOfRange: { count: 0 } });
  expect(inputs.b).toMatchObject({ type: { count: 0 }, outOfRange: { count: expect.any(Number) } });
  expect(told("data/inputs/b/outOfRange/share")).toBeCloseTo(0.2, 1);
});

test("reasons of failures are bounded", async () => {
  const { monitor, told } = await watched();
  for (let i = 0; i < 100; i++) monitor.failed("1", `reason ${i}`, "x".repeat(10_000));

  const { reasons, last } = told("errors") as unknown as { reasons: object; last: { detail: string } };
  expect(Object.keys(reasons)).toHaveLength(17);
  expect(reasons).toMatchObject({ other: 84 });
  expect(last.detail).toHaveLength(500);
});

test("problems are told newest first, one for each thing, until it is well again", async () => {
  const { monitor, clock } = await watched();
  monitor.problem("output-not-writable", "org.acme:a", "May not write.");
  clock.now += 1_000;
  monitor.problem("input-not-readable", "org.acme:b", "May not read.");
  clock.now += 1_000;
  monitor.problem("output-not-writable", "org.acme:a", "May still not write.");

  expect(monitor.status().problems).toEqual([
    {
      kind: "output-not-writable",
      thingId: "org.acme:a",
      detail: "May still not write.",
      count: 2,
      since: new Date(START).toISOString(),
      at: new Date(START + 2_000).toISOString(),
    },
    expect.objectContaining({ kind: "input-not-readable", thingId: "org.acme:b", count: 1 }),
  ]);
  monitor.wellAgain("output-not-writable", "org.acme:a");
  monitor.wellAgain("output-not-writable", "org.acme:b");
  expect(monitor.status().problems).toHaveLength(1);
});

test("a problem of no thing in particular names none", async () => {
  const { monitor } = await watched();
  monitor.problem("other", "", "There is no file.");

  expect(monitor.status().problems).toMatchObject([{ kind: "other", detail: "There is no file." }]);
  expect(JSON.stringify(monitor.status().problems)).not.toContain("thingId");
});

test("of many problems the newest are told", async () => {
  const { monitor } = await watched();
  for (let i = 0; i < 1_000; i++) monitor.problem("other", `org.acme:${i}`, "No.");

  const problems = monitor.status().problems as readonly { readonly thingId: string }[];
  expect(problems).toHaveLength(50);
  expect([problems[0]?.thingId, problems[49]?.thingId]).toEqual(["org.acme:999", "org.acme:950"]);
});

test("versions nobody spoke of are watched as well, in bounds", async () => {
  const { monitor } = await watched();
  for (let i = 0; i < 100; i++) monitor.failed(`v${i}`, "timeout", "");

  expect(Object.keys(monitor.status().versions as object)).toHaveLength(16);
});

test("a name that is no plain key is told as any other", async () => {
  const { monitor, score } = await watched({ columns: ["__proto__"] });
  score([1], { version: "__proto__", outputs: JSON.parse('{"__proto__":{"a":1}}') });

  const text = JSON.stringify(monitor.status());
  expect(text).toContain('"__proto__":{"role":"active","predictions":1');
  expect(text).toContain('"inputs":{"__proto__":{"missing"');
});
