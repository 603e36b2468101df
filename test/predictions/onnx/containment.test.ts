import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";
import { faultOf, open, predict, startModels } from "./models.ts";

/** Rows for which `endless` counts for ever, and `huge` wants 1.2 GB. */
const forever = [[1e18]];
const tooMuch = [[3e8]];

test("a model that never ends is given up after its time, and the others go on", async () => {
  await using models = startModels();
  const endless = await open(models, "endless", ["c0"], { timeoutMs: 500 });
  const linear = await open(models, "linear", ["a", "b", "c"]);
  const pids = new Set(models.pids);
  const startedAt = performance.now();

  const hanging = faultOf(predict(endless, forever));
  const behind = predict(linear, [[1, 2, 3]]);

  expect(await hanging).toMatchObject({ reason: "timeout" });
  expect(await behind).toHaveLength(1);
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(499);
  expect(models.pids.some((pid) => !pids.has(pid))).toBe(true);
});

test("a model that hung pauses, is tried apart from the others, and may come back", async () => {
  await using models = startModels();
  const endless = await open(models, "endless", ["c0"], { timeoutMs: 2_000 });
  const linear = await open(models, "linear", ["a", "b", "c"]);
  await faultOf(predict(endless, forever));

  expect(await faultOf(predict(endless, [[1]]))).toMatchObject({ reason: "unavailable" });
  await predict(linear, [[1, 2, 3]]);
  await pause(1_100);
  const hanging = faultOf(predict(endless, forever));
  let predicted = 0;
  for (const until = performance.now() + 400; performance.now() < until; predicted++) {
    await predict(linear, [[1, 2, 3]]);
  }
  expect(await hanging).toMatchObject({ reason: "timeout" });
  expect(predicted).toBeGreaterThan(10);
  await pause(2_100);
  expect(await predict(endless, [[3]])).toEqual([{ count: 3 }]);
});

test("a model that takes too much memory ends its process and nothing else", async () => {
  await using models = startModels({ memoryBytes: 350 * 2 ** 20 });
  const huge = await open(models, "huge");
  const linear = await open(models, "linear", ["a", "b", "c"]);

  const fault = await faultOf(predict(huge, tooMuch));

  expect(fault).toMatchObject({ reason: "unavailable", message: expect.stringContaining("memory") });
  expect(await predict(linear, [[1, 2, 3]])).toHaveLength(1);
});

test("a process that crashes is replaced, and the models are loaded again", async () => {
  await using models = startModels();
  const linear = await open(models, "linear", ["a", "b", "c"]);
  const before = await predict(linear, [[1, 2, 3]]);

  for (const pid of models.pids) process.kill(pid, "SIGKILL");
  const after = await predict(linear, [[1, 2, 3]]);

  expect(after).toEqual(before);
});

test("who gives up is let go at once, whatever the model does", async () => {
  await using models = startModels();
  const endless = await open(models, "endless", ["c0"], { timeoutMs: 3_000 });
  const leaving = new AbortController();
  const startedAt = performance.now();

  const waiting = faultOf(predict(endless, forever, leaving.signal));
  setTimeout(() => leaving.abort(), 50);

  expect(await waiting).toMatchObject({ reason: "timeout" });
  expect(performance.now() - startedAt).toBeLessThan(1_500);
});

test("who waits too long behind others is told that there is too much to do", async () => {
  await using models = startModels();
  const endless = await open(models, "endless", ["c0"], { timeoutMs: 1_500 });
  const hurried = await open(models, "linear", ["a", "b", "c"], { timeoutMs: 200 });

  const hanging = faultOf(predict(endless, forever));

  expect(await faultOf(predict(hurried, [[1, 2, 3]]))).toMatchObject({ reason: "overloaded" });
  expect(await hanging).toMatchObject({ reason: "timeout" });
});

test("only so many wait; who comes beyond is refused at once", async () => {
  await using models = startModels();
  const endless = await open(models, "endless", ["c0"], { timeoutMs: 1_000 });
  const linear = await open(models, "linear", ["a", "b", "c"]);

  const hanging = faultOf(predict(endless, forever));
  const waiting = Array.from({ length: 999 }, () => predict(linear, [[1, 2, 3]]));

  expect(await faultOf(predict(linear, [[1, 2, 3]]))).toMatchObject({ reason: "overloaded" });
  expect(await Promise.all(waiting)).toHaveLength(999);
  await hanging;
});

test("a model that is closed while it runs rejects, and nothing of it is left", async () => {
  await using models = startModels();
  const endless = await open(models, "endless", ["c0"], { timeoutMs: 400 });

  const hanging = faultOf(predict(endless, forever));
  await endless.close();

  expect(await hanging).toMatchObject({ reason: "timeout" });
  expect(await faultOf(predict(endless, [[0]]))).toMatchObject({ reason: "unavailable" });
});

test("when the server closes, who waits is told, and no process is left", async () => {
  const models = startModels();
  const endless = await open(models, "endless", ["c0"], { timeoutMs: 20_000 });
  const hanging = faultOf(predict(endless, forever));
  await pause(100);
  const { pids } = models;

  await models.close();

  expect(await hanging).toMatchObject({ reason: "unavailable" });
  expect(pids.length).toBeGreaterThan(0);
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow("ESRCH");
});

test("when the server is killed, no process outlives it, not even with a model that hangs", async () => {
  const server = spawn(process.execPath, [fileURLToPath(new URL("./hanging-server.ts", import.meta.url))], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(server.stdout, "data");
  const pids = JSON.parse(String(line)) as number[];

  server.kill("SIGKILL");

  expect(pids).toHaveLength(2);
  await vi.waitFor(() => {
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  }, 10_000);
});

test("of more models than may be loaded at once, those that are used are loaded", async () => {
  await using models = startModels({ maxSessions: 2 });
  const opened = await Promise.all(Array.from({ length: 5 }, () => open(models, "linear", ["a", "b", "c"])));

  const rounds = [...opened, ...opened].map((model) => predict(model, [[1, 2, 3]]));

  expect(new Set((await Promise.all(rounds)).map((told) => JSON.stringify(told))).size).toBe(1);
});

test.runIf(process.platform === "linux")(
  "models that are opened and closed again and again leave nothing behind",
  async () => {
    await using models = startModels();
    const stays = await open(models, "linear", ["a", "b", "c"]);
    const round = async () => {
      const model = await open(models, "boosting", ["a", "b", "c"]);
      await predict(model, [[1, 2, 3]]);
      await model.close();
    };
    for (let i = 0; i < 100; i++) await round();
    const before = residentOf(models.pids);
    for (let i = 0; i < 300; i++) await round();

    expect(residentOf(models.pids) - before).toBeLessThan(30);
    await stays.close();
  },
);

/** Of all the processes, in MB. */
function residentOf(pids: readonly number[]): number {
  const pages = pids.map((pid) => Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]));
  return pages.reduce((sum, each) => sum + each, 0) / 256;
}
