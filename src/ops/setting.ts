// One row of the table of settings.

import type { Kind } from "./setting-kinds.ts";

export interface Setting<T = unknown> {
  /** Environment variables; the first that is set counts. The options of the command line have the same names. */
  readonly names: readonly [string, ...string[]];
  readonly kind: Kind<T>;
  /** What counts when nothing is set, as one would write it; absent where nothing stands for it. */
  readonly fallback: string | undefined;
  readonly says: string;
  /** Ditto's path in its configuration, where `-D{path}=…` sets it too. */
  readonly path?: string;
}

type Names = string | readonly [string, ...string[]];

/** A setting that always has a value. */
export function setting<T>(
  names: Names,
  kind: Kind<T>,
  fallback: string,
  says: string,
  path?: string,
): Setting<T> {
  return { ...optional(names, kind, says, path), kind, fallback };
}

/** A setting that may be absent. */
export function optional<T>(
  names: Names,
  kind: Kind<T>,
  says: string,
  path?: string,
): Setting<T | undefined> {
  return {
    names: typeof names === "string" ? [names] : names,
    kind,
    fallback: undefined,
    says,
    ...(path === undefined ? {} : { path }),
  };
}
