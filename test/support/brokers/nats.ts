// A real nats-server on a free port, with JetStream, and its files in a folder that goes with it.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Certificates, makeCertificates } from "./broker-certificates.ts";
import { end, freePort, freeze, launch, programOf } from "./process.ts";

const READY_WITHIN_MS = 15_000;
const REMEDY =
  "These tests need nats-server 2.9 or newer: install it (`apt-get install nats-server`, `brew install nats-server`).";

export interface NatsServerOptions {
  /** Over TLS, with or without certificates of the clients. */
  readonly tls?: "server" | "client";
  /** What is within `authorization { … }` of its configuration. */
  readonly authorization?: string;
  /** Further lines of its configuration. */
  readonly more?: readonly string[];
  /** In bytes. */
  readonly maxPayload?: number;
  /** Without JetStream. */
  readonly isCoreOnly?: boolean;
}

export interface NatsServer extends AsyncDisposable {
  readonly port: number;
  /** `nats://127.0.0.1:port`, or `tls://localhost:port` */
  readonly uri: string;
  /** Of a server with TLS. */
  readonly certificates: Certificates;
  /** Ends it as its operator would, or kills it. */
  stop(how?: "SIGTERM" | "SIGKILL"): Promise<void>;
  /** Starts the stopped server again, on the same port and files. */
  start(): Promise<void>;
  /** Lets the stopped server forget all that JetStream kept. */
  forget(): Promise<void>;
  /** Lets it do nothing from when it resolves until `thaw`, with its connections open. */
  freeze(): Promise<void>;
  thaw(): void;
}

export async function startNats(options: NatsServerOptions = {}): Promise<NatsServer> {
  const program = await programOf("nats-server", "nats-server", REMEDY);
  const folder = await mkdtemp(join(tmpdir(), "pollux-nats-"));
  const port = await freePort();
  const certificates = options.tls ? await makeCertificates(folder) : undefined;
  const config = join(folder, "nats.conf");
  await writeFile(config, linesOf(options, folder, port).join("\n"));
  const start = () =>
    launch({ name: "nats-server", command: [program, "-c", config], port, withinMs: READY_WITHIN_MS });
  let server = await start();
  return {
    port,
    uri: options.tls ? `tls://localhost:${port}` : `nats://127.0.0.1:${port}`,
    get certificates() {
      if (!certificates) throw new Error("This nats-server has no TLS.");
      return certificates;
    },
    stop: (how = "SIGTERM") => end(server, how),
    start: async () => {
      server = await start();
    },
    forget: () => rm(join(folder, "jetstream"), { recursive: true, force: true }),
    freeze: () => freeze(server),
    thaw: () => void server.kill("SIGCONT"),
    [Symbol.asyncDispose]: async () => {
      await end(server, "SIGKILL");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function linesOf(options: NatsServerOptions, folder: string, port: number): string[] {
  const { tls, authorization, maxPayload, isCoreOnly, more = [] } = options;
  const file = (name: string) => join(folder, name);
  const lines = [`listen: "127.0.0.1:${port}"`];
  if (!isCoreOnly) lines.push(`jetstream { store_dir: "${file("jetstream")}" }`);
  if (maxPayload !== undefined) lines.push(`max_payload: ${maxPayload}`);
  if (authorization !== undefined) lines.push(`authorization { ${authorization} }`);
  if (tls) {
    const files = `ca_file: "${file("ca.crt")}", cert_file: "${file("server.crt")}", key_file: "${file("server.key")}"`;
    lines.push(`tls { ${files}, verify: ${tls === "client"} }`);
  }
  return [...lines, ...more, ""];
}
