// A real Mosquitto on a free port, with its files in a folder that goes with it.

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { isRoot } from "../debian.ts";
import { type Certificates, makeCertificates } from "./broker-certificates.ts";
import { end, freePort, freeze, launch, programOf } from "./process.ts";

const run = promisify(execFile);
const READY_WITHIN_MS = 15_000;
const REMEDY =
  "These tests need Mosquitto 2: install it (`apt-get install mosquitto`, `brew install mosquitto`).";

export interface MosquittoOptions {
  /** Over TLS, with or without certificates of the clients. */
  readonly tls?: "server" | "client";
  /** Only this user may come in. */
  readonly user?: { readonly name: string; readonly password: string };
  /** What of sessions and messages outlives the broker: of one that is stopped, or (slowly) of one that is killed. */
  readonly persistence?: "stopped" | "killed";
  /** How many messages it sends to a client ahead of acknowledgements; 0 stands for no bound. */
  readonly maxInFlight?: number;
  /** Further lines of its configuration. */
  readonly more?: readonly string[];
}

export interface Mosquitto extends AsyncDisposable {
  readonly port: number;
  /** `tcp://127.0.0.1:port`, or `ssl://localhost:port` */
  readonly uri: string;
  /** Of a broker with TLS. */
  readonly certificates: Certificates;
  /** Ends it as its operator would, or kills it. */
  stop(how?: "SIGTERM" | "SIGKILL"): Promise<void>;
  /** Starts the stopped broker again, on the same port and files. */
  start(): Promise<void>;
  /** Lets it do nothing from when it resolves until `thaw`, with its connections open. */
  freeze(): Promise<void>;
  thaw(): void;
}

export async function startMosquitto(options: MosquittoOptions = {}): Promise<Mosquitto> {
  const program = await programOf("mosquitto", "mosquitto", REMEDY);
  const folder = await mkdtemp(join(tmpdir(), "pollux-mosquitto-"));
  const port = await freePort();
  const certificates = options.tls ? await makeCertificates(folder) : undefined;
  const config = join(folder, "mosquitto.conf");
  await writeFile(config, (await linesOf(options, folder, port)).join("\n"));
  const start = () =>
    launch({ name: "Mosquitto", command: [program, "-c", config], port, withinMs: READY_WITHIN_MS });
  let broker = await start();
  return {
    port,
    uri: options.tls ? `ssl://localhost:${port}` : `tcp://127.0.0.1:${port}`,
    get certificates() {
      if (!certificates) throw new Error("This Mosquitto has no TLS.");
      return certificates;
    },
    stop: (how = "SIGTERM") => end(broker, how),
    start: async () => {
      broker = await start();
    },
    freeze: () => freeze(broker),
    thaw: () => void broker.kill("SIGCONT"),
    [Symbol.asyncDispose]: async () => {
      await end(broker, "SIGKILL");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function linesOf(options: MosquittoOptions, folder: string, port: number): Promise<string[]> {
  const { tls, user, persistence, maxInFlight, more = [] } = options;
  const lines = [
    `listener ${port} 127.0.0.1`,
    "max_queued_messages 0",
    `allow_anonymous ${user === undefined}`,
  ];
  if (isRoot) lines.push("user root");
  if (maxInFlight !== undefined) lines.push(`max_inflight_messages ${maxInFlight}`);
  if (persistence) lines.push("persistence true", `persistence_location ${folder}/`);
  if (persistence === "killed") lines.push("autosave_on_changes true", "autosave_interval 1");
  if (tls) {
    const file = (name: string) => join(folder, name);
    lines.push(`cafile ${file("ca.crt")}`, `certfile ${file("server.crt")}`, `keyfile ${file("server.key")}`);
    lines.push(`require_certificate ${tls === "client"}`);
  }
  if (user) lines.push(`password_file ${await makePasswords(folder, user)}`);
  return [...lines, ...more, ""];
}

async function makePasswords(folder: string, user: { name: string; password: string }): Promise<string> {
  const file = join(folder, "passwords");
  await run("mosquitto_passwd", ["-c", "-b", file, user.name, user.password]);
  return file;
}
