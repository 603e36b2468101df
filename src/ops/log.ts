// The log: JSON lines on standard error, or short lines for people when that is a terminal.

import { type DestinationStream, destination, type Logger, pino } from "pino";
import type { Config } from "./config.ts";
import { readable } from "./log-lines.ts";

const secrets = [
  ...["authorization", "cookie", "password", "users", "databaseUrl", "devopsPassword", "statusPassword"],
  ...["natsUrl", "natsPassword", "natsToken", "token", "tracingHeaders"],
];

/** A logger that writes no credentials: neither under their usual names nor inside a URL. */
export function createLog({ logLevel }: Pick<Config, "logLevel">, to?: DestinationStream): Logger {
  const options = {
    level: logLevel,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (level: string) => ({ level }) },
    redact: { paths: secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: "***" },
    hooks: { streamWrite: withoutUrlPasswords },
  };
  return pino(options, to ?? standardError());
}

// Written at once: a crash must not take the lines that explain it along.
function standardError(): DestinationStream {
  const lines = destination({ dest: 2, sync: true });
  return process.stderr.isTTY ? { write: (line) => lines.write(readable(line)) } : lines;
}

const withoutUrlPasswords = (line: string): string =>
  line.replaceAll(/(:\/\/[^\s:/@"]*:)[^\s@"]+@/g, "$1***@");
