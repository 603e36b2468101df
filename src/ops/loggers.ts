// One logger for each part of the server, so that operators can change how much each says while it runs.

import type { Logger } from "pino";

/** Ditto's services and parts that it does not have. What has no logger of its own belongs to the gateway. */
export const LOGGERS = [
  ...(["gateway", "things", "policies", "search", "connectivity"] as const),
  ...(["predictions", "storage", "cluster"] as const),
] as const;
export type LoggerName = (typeof LOGGERS)[number];

/** Ditto's levels; `off` and `all` are pino's `silent` and `trace`. */
const levels: Readonly<Record<string, string>> = {
  off: "silent",
  error: "error",
  warn: "warn",
  info: "info",
  debug: "debug",
  trace: "trace",
  all: "trace",
};

export interface Loggers {
  of(name: LoggerName): Logger;
  /** Ditto's word for the level of a logger; `fatal`, which Ditto does not have, is told as `error`. */
  levelOf(name: LoggerName): string;
  setLevel(name: LoggerName, level: string): void;
}

/** Whether a word is one of Ditto's levels. */
export const isLevel = (word: string): boolean => Object.hasOwn(levels, word);

export const isLoggerName = (name: string): name is LoggerName =>
  (LOGGERS as readonly string[]).includes(name);

/** Makes them on top of a log; each begins with its level. */
export function loggersOf(log: Logger): Loggers {
  const all = new Map(LOGGERS.map((name) => [name, log.child({ logger: name })]));
  const of = (name: LoggerName) => all.get(name) as Logger;
  return {
    of,
    levelOf(name) {
      const { level } = of(name);
      if (level === "fatal") return "error";
      return level === "silent" ? "off" : level;
    },
    setLevel(name, level) {
      const known = levels[level] as string;
      of(name).level = known;
      if (name === "gateway") log.level = known;
    },
  };
}
