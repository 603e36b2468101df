// Command line: settings → journal → server; a signal stops it in reverse. Its first word may ask for something else.

import type { Logger } from "pino";
import { alone } from "./cluster/alone.ts";
import type { Cluster } from "./cluster/cluster.ts";
import { loadMappingEngines } from "./connectivity/mapping/engines.ts";
import { journalHealth } from "./gateway/http/journal-health.ts";
import type { JournalObservation } from "./journal/journal.ts";
import { openStorage } from "./journal/open.ts";
import { isWriteAfterClose } from "./journal/postgres.ts";
import { clusterConfig, nodeNameOf } from "./ops/cluster-config.ts";
import { commandOf } from "./ops/command-line.ts";
import { type Config, readConfig, SettingsError, settingsExitCode } from "./ops/config.ts";
import { hashPassword, readPassword } from "./ops/hash-password.ts";
import { createLog } from "./ops/log.ts";
import { endAtCrashes, endAtSignals } from "./ops/process-end.ts";
import { helpText } from "./ops/settings-page.ts";
import { quickStartUser } from "./ops/users.ts";
import { startServer } from "./server.ts";
import { runStorageCommand } from "./transfer/commands.ts";

/** What a character of an entity may take at most of a message between members, with what goes with it. */
const BYTES_A_CHARACTER = 4;

const argv = process.argv.slice(2);
/** What cannot be done, where it fails. */
let failed = "Pollux does not start";

async function main(): Promise<void> {
  const { options, ...command } = commandOf(argv);
  switch (command.what) {
    case "help":
      return console.log(helpText());
    case "hash-password":
      return printHash();
    case "serve":
      return serve(options);
    default:
      failed = `pollux ${command.what} failed`;
      // The standard output may be the export.
      return console.error(await runStorageCommand(command, readConfig(process.env, options)));
  }
}

async function serve(options: readonly string[]): Promise<void> {
  const config = readConfig(process.env, options);
  const log = createLog(config);
  endAtCrashes(process, log, isWriteAfterClose);
  const health = journalHealth();
  const observe = (fact: JournalObservation) => {
    health.note(fact);
    log.warn(fact, fact.what);
  };
  const [storage, engines, cluster] = await Promise.all([
    openStorage({ ...config, observe }),
    loadMappingEngines(config.mappingScriptMemory, config.mappingOneScriptMemory),
    clusterOf(config, log),
  ]);
  const server = await startServer(config, { storage, engines, cluster }, health.isUp, log);
  endAtSignals(process, server.stop, log);
  console.log(greeting(server.url, config.users.includes(quickStartUser)));
}

/** Knows the cluster, or that there is none; it is entered once everything is put together. */
async function clusterOf(config: Config, log: Logger): Promise<Cluster> {
  const options = clusterConfig(config);
  if (!options) return alone(nodeNameOf(config));
  const { prepareCluster } = await import("./cluster/join.ts");
  const { cluster } = await prepareCluster({
    ...options,
    leastPayload: BYTES_A_CHARACTER * Math.max(config.maxThingBytes, config.maxPolicyBytes),
    log: (level, text) => log[level === "info" ? "info" : "warn"](text),
  });
  return cluster;
}

function greeting(url: string, quickStart: boolean): string {
  const lines = [`Pollux is listening on ${url}`];
  if (quickStart) {
    const user = `${quickStartUser.name}:${quickStartUser.password}`;
    lines.push(
      "Try it:",
      `  curl -u ${user} -X PUT ${url}/api/2/things/org.factory:press-1 \\`,
      `       -H 'content-type: application/json' -d '{"attributes":{"location":"hall 1"}}'`,
      `  curl -u ${user} ${url}/api/2/things/org.factory:press-1`,
    );
  }
  return lines.join("\n");
}

async function printHash(): Promise<void> {
  console.error("Password:");
  const password = await readPassword(process.stdin);
  try {
    console.log(hashPassword(password));
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}

main().catch((error: unknown) => {
  const isWrong = error instanceof SettingsError;
  console.error(isWrong ? error.message : `${failed}: ${reasonOf(error)}`);
  process.exit(isWrong ? settingsExitCode : 1);
});

/** What the operator can do something about is said in a sentence; anything else with all that is known of it. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ("code" in error && error.code === "EADDRINUSE") {
    return `${error.message}; stop what listens there, or set HTTP_PORT`;
  }
  return error.message;
}
