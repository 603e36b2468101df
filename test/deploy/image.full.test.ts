// What the Dockerfile does, step by step in folders instead of an image: what .dockerignore lets through has to be enough.

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Instruction, letThrough, root, stagesOf, textOf } from "./files.ts";

const run = promisify(execFile);
const [build = [], runtime = []] = stagesOf(textOf("Dockerfile"));
let folder: string;
/** The root of the image, and that of the stage it is built in. */
let image: string;
let stage: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pollux-image-"));
  stage = join(folder, "build");
  image = join(folder, "image");
  for (const [at, steps] of [
    [stage, build],
    [image, runtime],
  ] as const) {
    await mkdir(join(at, "app"), { recursive: true });
    for (const step of steps) await take(at, step);
  }
}, 600_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Copies and commands of one stage; paths from the root are below `at`. */
async function take(at: string, { name, rest }: Instruction): Promise<void> {
  if (name === "RUN") {
    const command = rest.replaceAll(" /data", ` ${join(at, "data")}`);
    await run("sh", ["-c", command], { cwd: join(at, "app"), maxBuffer: 10_000_000 });
  }
  if (name !== "COPY") return;
  const words = rest.split(" ").filter((word) => !word.startsWith("--"));
  const isFromStage = rest.startsWith("--from=build");
  const to = words.at(-1)!;
  for (const source of words.slice(0, -1)) {
    if (!isFromStage) expect(letThrough()).toContain(source);
    const target = to === "./" ? join(at, "app", basename(source)) : join(at, to.replace(/^\./, "app"));
    await cp(join(isFromStage ? stage : root, source), target, { recursive: true, verbatimSymlinks: true });
  }
}

/** A command of the image, as JSON, with its paths in the folder. */
function commandOf(name: string): readonly string[] {
  const { rest } = runtime.find((instruction) => instruction.name === name)!;
  const words: readonly string[] = JSON.parse(rest.slice(rest.indexOf("[")));
  return words.map((word) => (word.startsWith("/app/") ? join(image, word) : word));
}

test("what comes of it serves, is healthy, and stops in order", { timeout: 60_000 }, async () => {
  const [program, ...args] = commandOf("ENTRYPOINT");
  const env = { ...process.env, HTTP_PORT: "0", DATA_DIR: join(image, "data"), USERS: "ada:a-long-secret" };
  const server = spawn(program!, args, {
    cwd: join(image, "app"),
    env: { ...env, NODE_ENV: "production" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [line] = await once(createInterface(server.stdout), "line");
    const url = /http:\S+$/.exec(line)![0];
    const [asks, ...how] = commandOf("HEALTHCHECK");
    const headers = {
      authorization: `Basic ${btoa("ada:a-long-secret")}`,
      "content-type": "application/json",
    };

    const created = await fetch(`${url}/api/2/things/org.factory:press-1`, {
      method: "PUT",
      headers,
      body: "{}",
    });
    const page = await fetch(`${url}/apidoc/`);
    const healthy = await run(asks!, how, { env: { ...env, HTTP_PORT: new URL(url).port } });
    const ill = run(asks!, how, { env: { ...env, HTTP_PORT: "1" } });

    expect([created.status, page.status]).toEqual([201, 200]);
    expect(healthy).toEqual({ stdout: "", stderr: "" });
    await expect(ill).rejects.toMatchObject({ code: 1 });
    server.kill("SIGTERM");
    expect(await once(server, "exit")).toEqual([0, null]);
  } finally {
    server.kill("SIGKILL");
  }
});

test("no tool of the development is in it", async () => {
  await expect(run("ls", [join(image, "app/node_modules/typescript")])).rejects.toMatchObject({ code: 2 });
  await expect(run("ls", [join(image, "app/node_modules/node/bin/node")])).resolves.toBeDefined();
});
