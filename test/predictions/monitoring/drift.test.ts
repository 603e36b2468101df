import { describe, expect, test } from "vitest";
import { mixed, settled, storedBaselines, vectorOf, watched } from "./world.ts";

describe("drift", () => {
  test("is told once a window has passed after the baseline", async () => {
    const { scoreEach, told } = await watched();
    scoreEach(mixed(100));
    scoreEach(mixed(49));
    expect(told("drift")).toMatchObject({
      baseline: { predictions: 100, complete: true },
      window: { predictions: 49, last: null },
      inputs: {},
    });
    scoreEach([50]);

    expect(told("drift")).toMatchObject({
      window: { predictions: 0, last: expect.stringContaining("2026-01-01T00:00:01.5") },
      // 1 … 50 of 1 … 100: the five lower of ten bins hold 0.2 each
      inputs: { x: { psi: 3.797, ks: 0.5, p: expect.any(Number) } },
      outputs: { score: { psi: 3.797, ks: 0.5 } },
    });
  });

  test("is small where nothing has changed, and the next window replaces it", async () => {
    const { scoreEach, told } = await watched();
    scoreEach(mixed(100));
    scoreEach(mixed(50).map((value) => value * 2));
    expect(told("drift/inputs/x/psi")).toBeLessThan(0.01);
    scoreEach(mixed(50).map((value) => value + 1_000));

    expect(told("drift/inputs/x")).toMatchObject({ ks: 1 });
  });

  test("is told of the numbers and truths of what the model says, in depth", async () => {
    const { score, told } = await watched();
    const outputs = { label: "warm", sure: true, probabilities: [0.2, 0.8], inner: { one: 1, none: null } };
    for (let i = 0; i < 150; i++) score([i], { outputs });

    expect(Object.keys(told("drift/outputs") as object)).toEqual([
      "sure",
      "probabilities/0",
      "probabilities/1",
      "inner/one",
    ]);
    expect(told("drift/outputs/sure")).toEqual({ psi: 0, ks: 0, p: 1 });
  });

  test("of an output that was absent at first counts the absence as a value of its own", async () => {
    const { score, told } = await watched();
    for (let i = 0; i < 100; i++) score([i], { outputs: i < 40 ? { score: null } : { score: 7 } });
    for (let i = 0; i < 50; i++) score([i], { outputs: { score: 7 } });

    // 0.6 → 1 and 0.4 → 0
    const expected = 0.4 * Math.log(1 / 0.6) + (0.0001 - 0.4) * Math.log(0.0001 / 0.4);
    expect(told("drift/outputs/score/psi")).toBeCloseTo(expected, 2);
  });

  test("of very many outputs tells some", async () => {
    const { score, told } = await watched();
    const outputs = { all: Array.from({ length: 5_000 }, (_, i) => i) };
    for (let i = 0; i < 150; i++) score([i], { outputs });

    expect(Object.keys(told("drift/outputs") as object)).toHaveLength(32);
  });

  test("of very many columns looks at each few predictions", async () => {
    const columns = Array.from({ length: 256 }, (_, i) => `c${i}`);
    const { score, told } = await watched({ columns });
    const values = columns.map(() => 1);
    for (let i = 0; i < 400; i++) score(values);

    expect(told("drift/baseline")).toEqual({ predictions: 100, of: 100, complete: true });
    expect(told("drift/window/predictions")).toBe(0);
    for (let i = 0; i < 260; i++) score(values);
    expect(Object.keys(told("drift/inputs") as object)).toHaveLength(256);
  });
});

describe("the shift of attributions", () => {
  const spec = { columns: ["a", "b"], output: { attributions: ["why"] } };

  test("is told by column and in all", async () => {
    const { score, told } = await watched(spec);
    for (let i = 0; i < 100; i++) score([1, 2], { outputs: { score: 1, why: [3, -1] } });
    for (let i = 0; i < 50; i++) score([1, 2], { outputs: { score: 1, why: [1, 1] } });

    expect(told("attributions")).toEqual({
      baseline: { a: 0.75, b: 0.25 },
      window: { a: 0.5, b: 0.5 },
      shift: 0.25,
    });
    expect(Object.keys(told("drift/outputs") as object)).toEqual(["score"]);
  });

  test("is nothing where the model gives none that fit", async () => {
    const { score, told } = await watched(spec);
    for (let i = 0; i < 150; i++) score([1, 2], { outputs: { why: i % 2 ? "because" : [1] } });

    expect(told("attributions")).toEqual({ baseline: null, window: null, shift: null });
  });
});

describe("a baseline", () => {
  test("survives a restart, with the figures that it gives", async () => {
    const spec = { columns: ["x"], output: { attributions: ["why"] } };
    const before = await watched(spec);
    for (const value of mixed(100)) before.score([value], { outputs: { score: value, why: [value] } });
    await before.monitor.stop();
    const after = await watched(spec, before.stored);
    for (const { score } of [before, after])
      for (const value of mixed(50)) score([value + 30], { outputs: { score: value, why: [1] } });

    expect(after.told("drift/baseline")).toEqual({ predictions: 100, of: 100, complete: true });
    expect(after.told("drift/inputs")).toEqual(before.told("drift/inputs"));
    expect(after.told("drift/outputs")).toEqual(before.told("drift/outputs"));
    expect(after.told("attributions")).toEqual(before.told("attributions"));
  });

  test("that is not complete is stored in steps, and at the end", async () => {
    const before = await watched();
    before.scoreEach(mixed(30));
    await settled();
    before.scoreEach(mixed(5));
    expect(JSON.parse(before.stored.texts.get("1") as string).predictions).toBe(30);
    await before.monitor.stop();
    const after = await watched({}, before.stored);

    expect(after.told("drift/baseline/predictions")).toBe(35);
    after.scoreEach(mixed(65));
    expect(after.told("drift/baseline/complete")).toBe(true);
  });

  test.each([
    ["of other inputs", { columns: ["y"] }],
    ["of another size", { monitoring: { baselineSize: 90 } }],
  ])("%s is not taken up", async (_, wanted) => {
    const before = await watched();
    before.scoreEach(mixed(100));
    await before.monitor.stop();
    const after = await watched(wanted, before.stored);

    expect(after.told("drift/baseline/predictions")).toBe(0);
  });

  test.each(["", "{", "[]", '{"fingerprint":1}'])("that is broken (%s) is not taken up", async (text) => {
    const stored = storedBaselines();
    stored.texts.set("1", text);
    const { told } = await watched({}, stored);

    expect(told("drift/baseline/predictions")).toBe(0);
  });

  test("that is reset is forgotten, and a new one begins", async () => {
    const { monitor, scoreEach, told, stored } = await watched({ shadow: "2" });
    scoreEach(mixed(150));
    scoreEach(mixed(100), { version: "2" });
    await settled();
    monitor.resetBaseline("1");
    await settled();

    expect(told("drift", "1")).toMatchObject({ baseline: { predictions: 0 }, inputs: {} });
    expect([...stored.texts.keys()]).toEqual(["2"]);
    expect(told("drift/baseline/complete", "2")).toBe(true);
    monitor.resetBaseline();
    await monitor.stop();
    expect(stored.texts.size).toBe(0);
    expect(told("drift/baseline/complete", "2")).toBe(false);
  });

  test.each([["1"], [undefined]])(
    "that is reset before it was loaded is not taken up (%s)",
    async (version) => {
      const before = await watched();
      before.scoreEach(mixed(100));
      await before.monitor.stop();
      before.stored.state.fails = true;
      const { monitor, stored, score, told, clock } = await watched({}, before.stored);
      monitor.resetBaseline(version);
      stored.state.fails = false;
      clock.now += 10_000;
      score([1]);
      await settled();

      expect(told("drift/baseline/predictions")).toBe(0);
      expect(stored.texts.size).toBe(0);
      score([1]);
      expect(told("drift/baseline/predictions")).toBe(1);
    },
  );

  test("is neither made nor overwritten while the database does not answer", async () => {
    const before = await watched();
    before.scoreEach(mixed(100));
    await before.monitor.stop();
    before.stored.state.fails = true;
    const { scoreEach, version, told, clock, logged, stored } = await watched({}, before.stored);
    scoreEach(mixed(20));
    expect(version()).toMatchObject({ predictions: 20, drift: { baseline: { predictions: 0 } } });
    expect(logged).toHaveLength(1);

    stored.state.fails = false;
    clock.now += 10_000;
    scoreEach([1]);
    await settled();

    expect(told("drift/baseline/complete")).toBe(true);
  });

  test("that could not be stored is stored later", async () => {
    const { scoreEach, clock, stored, monitor } = await watched();
    stored.state.fails = true;
    scoreEach(mixed(100));
    await settled();
    expect(stored.texts.size).toBe(0);
    stored.state.fails = false;
    clock.now += 20_000;
    scoreEach([1]);
    await settled();

    expect(JSON.parse(stored.texts.get("1") as string).predictions).toBe(100);
    const { puts } = stored.state;
    await monitor.stop();
    expect(stored.state.puts).toBe(puts);
  });

  test("of more predictions than are kept is a sample of them all", async () => {
    const wanted = { monitoring: { baselineSize: 20_000 } };
    const { scoreEach, told } = await watched(wanted);
    scoreEach(mixed(20_000));
    scoreEach(mixed(50).map((value) => value * 400));

    expect(told("drift/baseline/complete")).toBe(true);
    expect(told("drift/inputs/x/ks")).toBeLessThan(0.15);
  });
});

test("a monitor that ends before the database has answered stores nothing", async () => {
  const stored = storedBaselines();
  stored.state.fails = true;
  const { monitor, score } = await watched({}, stored);
  score([1], { vector: vectorOf([1]) });
  stored.state.fails = false;
  await monitor.stop();

  expect(stored.texts.size).toBe(0);
});
