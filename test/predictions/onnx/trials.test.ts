// Models that are uploaded and opened while others are tried that never end, and what is told where that passes.

import { readdirSync, readlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";
import { contentOf, faultOf, open, predict, startModels } from "./models.ts";

const linear = contentOf("linear");
const slowLoad = contentOf("slow-load");
const forever = [[1e18]];

test("an upload is answered while another's new model, with a minute for each run, never ends", async () => {
  await using models = startModels();
  const endless = expect(open(models, "endless-always", ["c0"], { timeoutMs: 60_000 })).rejects.toMatchObject(
    { code: "predictors:model.invalid", message: expect.stringContaining("5000 ms") },
  );
  await pause(700);
  const startedAt = performance.now();

  await models.validateFile([linear], "other");

  expect(performance.now() - startedAt).toBeLessThan(3_000);
  await endless;
  expect(performance.now() - startedAt).toBeLessThan(9_000);
}, 20_000);

test("a model is opened while another that hung before is tried again for a minute", async () => {
  await using models = startModels();
  const endless = await open(models, "endless", ["c0"], { timeoutMs: 60_000 });
  await faultOf(killedAgainAndAgain(models, predict(endless, forever)));
  await pause(1_100);
  const leaving = new AbortController();
  const hanging = faultOf(predict(endless, forever, leaving.signal));
  await pause(1_000);
  const startedAt = performance.now();

  const linear = await open(models, "linear", ["a", "b", "c"]);

  expect(await predict(linear, [[1, 2, 3]])).toHaveLength(1);
  expect(performance.now() - startedAt).toBeLessThan(3_000);
  leaving.abort();
  await hanging;
});

test("an upload is answered within ten seconds while another's uploads never end", async () => {
  await using models = startModels();
  const many = Array.from({ length: 6 }, () =>
    expect(models.validateFile([slowLoad], "greedy")).rejects.toMatchObject({
      code: expect.stringMatching(/predictors:model\.(invalid|unavailable)/),
    }),
  );
  await pause(200);
  const startedAt = performance.now();

  await models.validateFile([linear], "other");

  expect(performance.now() - startedAt).toBeLessThan(10_000);
  await Promise.all(many);
}, 30_000);

test("where too many uploads wait, the next one is refused as what may pass", async () => {
  await using models = startModels();
  const few = Array.from({ length: 9 }, (_, i) => models.validateFile([linear], `p${i}`));

  await expect(models.validateFile([linear], "p9")).rejects.toMatchObject({
    code: "predictors:model.unavailable",
    status: 503,
  });
  await Promise.all(few);
});

test("a model that does not fit is refused for good, one that was interrupted is not", async () => {
  await using models = startModels();
  await expect(open(models, "linear", ["a"])).rejects.toMatchObject({ status: 400 });
  const opening = open(models, "endless-always");
  await pause(1_000);
  const closing = expect(opening).rejects.toMatchObject({
    status: 503,
    code: "predictors:model.unavailable",
  });

  await models.close();

  await closing;
});

test("a model whose process the system ends is not refused for good", async () => {
  await using models = startModels();
  const opening = expect(open(models, "slow-load")).rejects.toMatchObject({ status: 503 });
  await vi.waitFor(() => expect(models.pids).toHaveLength(1));
  await pause(1_500);

  for (const pid of models.pids) process.kill(pid, "SIGKILL");

  await opening;
});

test("a server without a place for temporary files says so, and does not hang", async () => {
  vi.stubEnv("TMPDIR", "/nowhere/at/all");
  await using models = startModels();

  await expect(open(models, "linear", ["a", "b", "c"])).rejects.toMatchObject({
    status: 503,
    message: expect.stringContaining("No process"),
  });
  vi.unstubAllEnvs();
  expect(await predict(await open(models, "linear", ["a", "b", "c"]), [[1, 2, 3]])).toHaveLength(1);
});

test("no file is below the folder of a process: what gets past the look into the file reads nothing", async () => {
  await using models = startModels({
    runtime: fileURLToPath(new URL("./unguarded-runtime.ts", import.meta.url)),
  });

  await expect(open(models, "linear", ["c0"])).rejects.toMatchObject({
    code: "predictors:model.invalid",
    message: expect.stringContaining("package.json, but it is not regular file"),
  });
});

test.runIf(process.platform === "linux")("a process has an empty folder, which goes with it", async () => {
  const models = startModels();
  await open(models, "linear", ["a", "b", "c"]);
  const folders = models.pids.map((pid) => readlinkSync(`/proc/${pid}/cwd`));

  expect(new Set(folders).size).toBe(models.pids.length);
  for (const folder of folders) expect(readdirSync(folder)).toEqual([]);
  await models.close();
  for (const folder of folders) {
    expect(folder.startsWith(tmpdir())).toBe(true);
    expect(() => readdirSync(folder)).toThrow("ENOENT");
  }
});

/** A run whose process is killed until it is given up. */
async function killedAgainAndAgain<Result>(
  models: { readonly pids: readonly number[] },
  run: Promise<Result>,
): Promise<Result> {
  const timer = setInterval(() => {
    for (const pid of models.pids) process.kill(pid, "SIGKILL");
  }, 1_000);
  return await run.finally(() => clearInterval(timer));
}
