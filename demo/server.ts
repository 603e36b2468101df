import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The server the demo talks to. */
export interface DemoServer extends AsyncDisposable {
  readonly url: string;
  /** Whether its data goes with it, so that nothing has to be removed by hand. */
  readonly isThrowaway: boolean;
}

const readyLine = /^Pollux is listening on (http:\/\/\S+)$/m;
const readyWithinMs = 60_000;

/** A server that runs already. */
export const existingServer = (url: string): DemoServer => ({
  url,
  isThrowaway: false,
  [Symbol.asyncDispose]: async () => {},
});

/** Starts a server on a free port and a data folder that goes with it, or on the PostgreSQL of DATABASE_URL. */
export async function ownServer(): Promise<DemoServer> {
  const dataDir = await mkdtemp(join(tmpdir(), "pollux-demo-"));
  const child = spawn(process.execPath, [fileURLToPath(new URL("../src/main.ts", import.meta.url))], {
    env: { LOG_LEVEL: "warn", ...process.env, HTTP_PORT: "0", DATA_DIR: dataDir },
    stdio: ["ignore", "pipe", "inherit"],
    detached: true, // Ctrl-C is for the demo, which stops the server when it is done with it
  });
  const killChild = () => child.kill("SIGKILL");
  process.on("exit", killChild);
  const end = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGTERM");
      await once(child, "exit");
    }
    process.off("exit", killChild);
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    return {
      url: await readyUrl(child),
      isThrowaway: process.env.DATABASE_URL === undefined,
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

function readyUrl(child: ChildProcess): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const tooLate = setTimeout(
    () => reject(new Error(`the server was not ready within ${readyWithinMs / 1_000} s`)),
    readyWithinMs,
  );
  let output = "";
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
    output = (output + chunk).slice(-10_000);
    const url = readyLine.exec(output)?.[1];
    if (url) resolve(url);
  });
  child.once("exit", (code) => reject(new Error(`the server ended with code ${code}\n${output}`)));
  return promise.finally(() => clearTimeout(tooLate));
}
