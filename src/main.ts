// Command line: settings → journal → server; a signal stops it in reverse.

import { loadMappingEngines } from "./connectivity/mapping/engines.ts";
import { journalHealth } from "./gateway/http/journal-health.ts";
import type { JournalObservation } from "./journal/journal.ts";
import { openStorage } from "./journal/open.ts";
import { readConfig, SettingsError, settingsExitCode } from "./ops/config.ts";
import { asksForHash, hashPassword, readPassword } from "./ops/hash-password.ts";
import { createLog } from "./ops/log.ts";
import { asksForHelp } from "./ops/options.ts";
import { helpText } from "./ops/settings-page.ts";
import { quickStartUser } from "./ops/users.ts";
import { startServer } from "./server.ts";

const argv = process.argv.slice(2);

async function main(): Promise<void> {
  const config = readConfig(process.env, argv);
  const log = createLog(config);
  const health = journalHealth();
  const observe = (fact: JournalObservation) => {
    health.note(fact);
    log.warn(fact, fact.what);
  };
  const [storage, engines] = await Promise.all([
    openStorage({ ...config, observe }),
    loadMappingEngines(config.mappingScriptMemory, config.mappingOneScriptMemory),
  ]);
  const server = await startServer(config, { storage, engines }, health.isUp, log);

  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= server.stop().then(() => process.exit(0));
    stopping.catch((error: unknown) => {
      log.fatal({ err: error }, "could not stop in order");
      process.exit(1);
    });
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  process.on("SIGHUP", stop);
  console.log(greeting(server.url, config.users.includes(quickStartUser)));
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

if (asksForHelp(argv)) {
  console.log(helpText());
} else if (asksForHash(argv)) {
  console.error("Password:");
  const password = await readPassword(process.stdin);
  try {
    console.log(hashPassword(password));
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
} else {
  main().catch((error: unknown) => {
    console.error(
      error instanceof SettingsError ? error.message : `Pollux does not start: ${reasonOf(error)}`,
    );
    process.exit(error instanceof SettingsError ? settingsExitCode : 1);
  });
}

/** What the operator can do something about is said in a sentence; anything else with all that is known of it. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ("code" in error && error.code === "EADDRINUSE") {
    return `${error.message}; stop what listens there, or set HTTP_PORT`;
  }
  return error.message;
}
