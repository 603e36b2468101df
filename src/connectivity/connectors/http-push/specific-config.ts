// The options of one connection (specificConfig of the HTTP 1.1 binding page).

import { isHttpMethod } from "../../../ops/http-push-kinds.ts";
import { connectionInvalid } from "../../errors.ts";
import type { Connection } from "../../model.ts";
import type { HttpPushSettings } from "./settings.ts";

export interface HttpPushConfig {
  /** How many requests of one client are in work at once. */
  readonly parallelism: number;
  readonly omitRequestBody: ReadonlySet<string>;
  /** Milliseconds until the head of an answer must be there. */
  readonly timeout: number;
}

const MAX_TIMEOUT_MS = 60_000;
const DURATION =
  /^(\d{1,9}(?:\.\d{1,9})?)\s*(ms|milli(?:second)?s?|s|seconds?|m|minutes?|h|hours?|d|days?)?$/;

/** Reads the options; refuses bad ones with `connectivity:connection.configuration.invalid`, naming the field. */
export function configOf(
  { specificConfig }: Pick<Connection, "specificConfig">,
  settings: HttpPushSettings,
): HttpPushConfig {
  const { parallelism = "1", omitRequestBody, idleTimeout } = specificConfig;
  return {
    // More at once than may wait would make the queue no bound.
    parallelism: Math.min(parallelismOf(parallelism.trim()), settings.maxQueueSize),
    omitRequestBody: new Set(
      omitRequestBody === undefined ? settings.omitRequestBody : methodsOf(omitRequestBody),
    ),
    timeout: (idleTimeout === undefined ? 0 : timeoutOf(idleTimeout.trim())) || settings.requestTimeout,
  };
}

function parallelismOf(text: string): number {
  const count = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (count < 1) throw connectionInvalid("/specificConfig/parallelism", "It must be a number from 1 on.");
  return count;
}

/** Methods between commas; an array of JSON, which is kept as its text, as well. */
function methodsOf(text: string): readonly string[] {
  const names = text
    .split(",")
    .map((name) => name.replaceAll(/^[\s["]+|[\s\]"]+$/g, ""))
    .filter((name) => name !== "");
  const wrong = names.find((name) => !isHttpMethod(name));
  if (wrong !== undefined)
    throw connectionInvalid(
      "/specificConfig/omitRequestBody",
      `'${wrong.slice(0, 50)}' is no method of HTTP; they stand between commas.`,
    );
  return names;
}

function timeoutOf(text: string): number {
  const [, amount, unit = "ms"] = DURATION.exec(text) ?? [];
  const ms = Number(amount) * unitMs(unit);
  if (!(ms <= MAX_TIMEOUT_MS))
    throw connectionInvalid("/specificConfig/idleTimeout", "It must be a time from 0s to 60s, as 10s.");
  return ms;
}

function unitMs(unit: string): number {
  if (unit.startsWith("ms") || unit.startsWith("milli")) return 1;
  if (unit.startsWith("s")) return 1000;
  if (unit.startsWith("m")) return 60_000;
  return unit.startsWith("h") ? 3_600_000 : 86_400_000;
}
