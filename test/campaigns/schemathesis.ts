// Runs Schemathesis against a server of its own: every operation of the document with what it allows and forbids.

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openApiDocument } from "../../src/gateway/openapi/document.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { installSchemathesis } from "./schemathesis-venv.ts";

export interface FuzzOptions {
  /** Requests for each operation in each pass, beside those that cover its schemas. */
  readonly maxExamples: number;
  readonly seed: number;
  /** Phases of Schemathesis. */
  readonly phases: string;
}

export interface FuzzResult {
  readonly requests: number;
  /** What was found, as Schemathesis and the server's log tell it; none is what the server promises. */
  readonly findings: readonly string[];
}

/** The entities that are there in the pass that asks for them, so that its requests reach further than 404. */
const known = { thingId: "org.acme:lamp", policyId: "org.acme:policy", featureId: "f", label: "FUZZED" };

const thing = {
  policyId: "org.acme:owner",
  definition: "org.acme:lamp:1",
  attributes: { a: 1, location: { city: "Bonn" } },
  features: { f: { properties: { p: 1 }, desiredProperties: { p: 2 } } },
};
const owner = {
  subjects: { "nginx:ditto": { type: "user" } },
  resources: Object.fromEntries(
    ["thing:/", "policy:/", "message:/"].map((key) => [key, { grant: ["READ", "WRITE"], revoke: [] }]),
  ),
};

/** Requests that would end a pass on known entities early. */
const endings = ["deleteThing", "deletePolicy", "putPolicyId", "patchPolicyId", "putPolicy", "putEntries"];

const passes = [
  { name: "known entities", pinned: known, without: endings },
  { name: "any entities", pinned: {}, without: [] },
] as const;

const checks = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_headers_conformance",
  "response_schema_conformance",
  "no_stack_trace",
];

/** Runs all passes and tells of each in a line. */
export async function fuzz(options: FuzzOptions, tell: (line: string) => void): Promise<FuzzResult> {
  const program = await installSchemathesis();
  await using server = await startServer({ env: { LOG_LEVEL: "warn" } });
  await seed(server);
  const folder = await mkdtemp(join(tmpdir(), "pollux-fuzz-"));
  const findings: string[] = [];
  let requests = 0;
  try {
    for (const pass of passes) {
      const { output, failed } = await runPass(program, server, folder, pass, options);
      const sent = Number(/([\d,]+) generated/.exec(output)?.[1]?.replaceAll(",", "") ?? 0);
      tell(`${pass.name}: ${sent} requests, ${failed ? "FAILED" : "all well"}`);
      requests += sent;
      if (failed || sent === 0) findings.push(output);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  findings.push(...(await complaints(server)));
  return { requests, findings };
}

async function seed(server: TestServer): Promise<void> {
  const put = async (path: string, body: unknown) => {
    const headers = { "content-type": "application/json" };
    const answer = await server.fetch(path, { method: "PUT", headers, body: JSON.stringify(body) });
    if (answer.status !== 201) throw new Error(`PUT ${path}: ${answer.status} ${await answer.text()}`);
  };
  await put("/api/2/policies/org.acme:owner", { entries: { OWNER: owner } });
  await put(`/api/2/policies/${known.policyId}`, { entries: { OWNER: owner, [known.label]: owner } });
  await put(`/api/2/things/${known.thingId}`, thing);
}

type Pass = (typeof passes)[number];

/** Nobody gives the acknowledgements of labels that are made up: each such request would wait for a minute. */
function withoutWaiting(_: string, value: unknown): unknown {
  const isAcks =
    typeof value === "object" && value !== null && "name" in value && value.name === "requested-acks";
  return isAcks ? { ...value, schema: { enum: ["twin-persisted", "[]"] } } : value;
}

async function runPass(
  program: string,
  { url }: TestServer,
  folder: string,
  { pinned, without }: Pass,
  { maxExamples, seed, phases }: FuzzOptions,
): Promise<{ output: string; failed: boolean }> {
  const document = join(folder, "openapi.json");
  const config = join(folder, "schemathesis.toml");
  await writeFile(document, JSON.stringify(openApiDocument(), withoutWaiting));
  const parameters = Object.entries(pinned).map(([name, value]) => `"path.${name}" = "${value}"`);
  await writeFile(config, ["[parameters]", ...parameters].join("\n"));
  const args = [
    ...["--config-file", config, "run", document, "--url", url, "--auth", "ditto:ditto"],
    ...["--checks", checks.join(","), "--max-examples", String(maxExamples), "--seed", String(seed)],
    ...["--phases", phases, "--warnings", "off", "--no-color", "--continue-on-failure"],
    ...["--generation-database", "none"],
    ...without.flatMap((id) => ["--exclude-operation-id", id]),
  ];
  const env = {
    ...process.env,
    SCHEMATHESIS_HOOKS: "schemathesis_checks",
    PYTHONPATH: fileURLToPath(new URL(".", import.meta.url)),
    PYTHONDONTWRITEBYTECODE: "1",
  };
  return new Promise((resolve) => {
    execFile(program, args, { env, cwd: folder, maxBuffer: 2 ** 28 }, (error, stdout, stderr) => {
      resolve({ output: stdout + stderr, failed: error !== null });
    });
  });
}

/** What the server itself has to complain about in the end. */
async function complaints(server: TestServer): Promise<string[]> {
  const health = await server.fetch("/health").then(
    ({ status }) => status,
    (error: unknown) => String(error),
  );
  const code = await server.stop();
  // Wrong passwords are among what is sent.
  const lines = server.stderr().split("\n");
  const log = lines.filter((line) => line !== "" && !line.includes('"msg":"a login failed"')).join("\n");
  return [
    ...(health === 200 ? [] : [`GET /health: ${health}`]),
    ...(code === 0 ? [] : [`the server ended with ${code}`]),
    ...(log === "" ? [] : [log]),
  ];
}
