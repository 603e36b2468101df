// The kinds of value that settings about publishing the logs of connections have.

import type { JsonObject } from "../base/json/json.ts";
import { jsonOf, membersOf } from "./json-kind.ts";
import type { Kind } from "./setting-kinds.ts";

const LEVELS = ["success", "failure"] as const;

export type LogLevel = (typeof LEVELS)[number];

const isLevel = (text: string): text is LogLevel => LEVELS.some((level) => level === text);

/** Levels of the logs of connections. */
export const logLevels: Kind<ReadonlySet<LogLevel>> = {
  form: "level,…",
  secret: false,
  parse(given) {
    const names = given.split(",").map((name) => name.trim());
    const levels = names.filter(isLevel);
    if (levels.length < names.length)
      throw new Error(`must be ${LEVELS.join(" or ")}, or both between commas`);
    return new Set(levels);
  },
};

const form = '{"key":"value",…}';

/** Members that are texts, numbers or booleans. */
export const logContext: Kind<JsonObject> = {
  form,
  secret: false,
  parse(text) {
    const members = membersOf(jsonOf(text, form), "the value");
    if (!Object.values(members).every((value) => ["string", "number", "boolean"].includes(typeof value)))
      throw new Error("must have texts, numbers and booleans as values only");
    return members as JsonObject;
  },
};
