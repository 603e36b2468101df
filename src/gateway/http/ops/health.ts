// How the parts of the server are doing, in the form of Ditto's StatusInfo.

import type { JsonObject } from "../../../base/json/json.ts";
import { remembered } from "./remembered.ts";

export type Health = "UP" | "DOWN" | "UNKNOWN";

/** `details` are objects of one member each, INFO, WARN or ERROR. */
export type StatusInfo = {
  readonly label?: string;
  readonly status: Health;
  readonly details?: readonly JsonObject[];
  readonly children?: readonly StatusInfo[];
};

/** One part of the server that is asked how it is doing; what it throws counts as DOWN, with its message. */
export interface HealthCheck {
  readonly label: string;
  check(): StatusInfo | Promise<StatusInfo>;
}

/** How long a part may take to answer, and for how long its answer stands for all who ask, in milliseconds. */
const CHECK_MS = 2_000;
const STANDS_MS = 1_000;

/** What is known of all together: UP unless one is DOWN, and UNKNOWN where nothing is known of any. */
export function composite(children: readonly StatusInfo[], label?: string): StatusInfo {
  const all = children.map(({ status }) => status);
  const isUnknown = all.length > 0 && all.every((status) => status === "UNKNOWN");
  const status = all.includes("DOWN") ? "DOWN" : isUnknown ? "UNKNOWN" : "UP";
  return { ...(label !== undefined && { label }), status, ...(children.length > 0 && { children }) };
}

/** Asks all parts of this process, and once a second at most. */
export function ownHealth(checks: readonly HealthCheck[]): () => Promise<StatusInfo> {
  return remembered(STANDS_MS, async () => composite(await Promise.all(checks.map(judged))));
}

async function judged({ label, check }: HealthCheck): Promise<StatusInfo> {
  const late = Promise.withResolvers<StatusInfo>();
  const timer = setTimeout(() => late.resolve(down(`No answer within ${CHECK_MS} ms.`)), CHECK_MS);
  try {
    return { label, ...(await Promise.race([Promise.resolve().then(check), late.promise])) };
  } catch (error) {
    return { label, ...down(error instanceof Error ? error.message : String(error)) };
  } finally {
    clearTimeout(timer);
  }
}

/** Not working, and why. */
export const down = (why: string): StatusInfo => ({ status: "DOWN", details: [{ ERROR: why }] });

/** The same without details, which are for operators. */
export const withoutDetails = ({ details: _, children, ...info }: StatusInfo): StatusInfo => ({
  ...info,
  ...(children && { children: children.map(withoutDetails) }),
});
