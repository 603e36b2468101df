// Reads the settings once, at start: command line before environment before default.

import { clusterProblems } from "./cluster-config.ts";
import { encryptionProblems } from "./connection-secrets.ts";
import { isLoopback } from "./loopback.ts";
import { readOptions } from "./options.ts";
import type { Setting } from "./setting.ts";
import { type SettingKey, settings } from "./settings.ts";
import { type Property, withProperties } from "./system-properties.ts";
import { unknownVariables } from "./unknown-variables.ts";
import { hasDoubles, quickStartUser, type User } from "./users.ts";

type Values = {
  readonly [K in SettingKey]: (typeof settings)[K] extends Setting<infer T> ? T : never;
};

/** The settings as values; `users` is settled, so that an empty list means that nobody logs in with a password. */
export type Config = Omit<Values, "users" | "usersFile"> & { readonly users: readonly User[] };

/** All that is wrong with the settings, in one error; its message is meant for the operator. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `${["Pollux does not start:", ...problems].join("\n  - ")}\nAll settings: --help, docs/settings.md`,
    );
    this.problems = problems;
  }
}

/** Exit code of a process that was started with bad settings. */
export const settingsExitCode = 2;

/**
 * The configuration, or a {@link SettingsError} that names every bad and every unknown setting.
 * `argv` holds the arguments after the script. An empty variable counts as not set.
 */
export function readConfig(env: NodeJS.ProcessEnv, argv: readonly string[]): Config {
  const options = readOptions(argv);
  const problems = [...options.problems, ...unknownVariables(env)];
  const values: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries<Setting>(settings)) {
    const properties = options.properties.filter((property) => property.setting === setting);
    const given = over(setting, givenFor(setting, options.values, env), properties);
    try {
      values[key] = given ? setting.kind.parse(given.text) : fallbackOf(setting);
    } catch (error) {
      const shown = setting.kind.secret ? "not usable" : `"${given?.text}"`;
      problems.push(`${given?.from} is ${shown}, but ${(error as Error).message}`);
    }
  }
  const { usersFile, ...config } = values as Values; // holds every key once no problem was found
  // A USERS or USERS_FILE that could not be read is a problem already, and no missing one.
  const users = "users" in values && "usersFile" in values ? usersOf({ ...config, usersFile }) : [];
  if (!users) problems.push(noQuickStart(config.bindHostname));
  if (users && hasDoubles(users))
    problems.push("USERS and USERS_FILE name the same user; name each only once");
  problems.push(...encryptionProblems(config), ...clusterProblems(config));
  if (problems.length > 0 || !users) throw new SettingsError(problems);
  return { ...config, users };
}

interface Given {
  readonly from: string;
  readonly text: string;
}

function givenFor(
  { names }: Setting,
  options: ReadonlyMap<string, { readonly option: string; readonly text: string }>,
  env: NodeJS.ProcessEnv,
): Given | undefined {
  for (const name of names) {
    const given = options.get(name);
    if (given) return { from: given.option, text: given.text };
  }
  for (const name of names) {
    const text = env[name]?.trim();
    if (text) return { from: name, text };
  }
  return undefined;
}

/** Properties are put over what is given otherwise, or over the default. */
function over({ fallback = "" }: Setting, given: Given | undefined, properties: readonly Property[]) {
  if (properties.length === 0) return given;
  const from = [...(given ? [given.from] : []), ...properties.map(({ option }) => option)].join(" with ");
  return { from, text: withProperties(given?.text ?? fallback, properties) };
}

const fallbackOf = ({ kind, fallback }: Setting): unknown =>
  fallback === undefined ? undefined : kind.parse(fallback);

/**
 * The quick-start user's password is public, so it opens nothing that others can reach, be it through a proxy that passes
 * their passwords on.
 */
function usersOf({ users, usersFile, bindHostname, enablePreAuthentication }: Partial<Values>) {
  if (users || usersFile) return [...(users ?? []), ...(usersFile ?? [])];
  if (enablePreAuthentication) return [];
  return bindHostname === undefined || isLoopback(bindHostname) ? [quickStartUser] : undefined;
}

const noQuickStart = (address: string): string =>
  `USERS is not set, and the quick-start user works only on a loopback address, which ${address} is not; ` +
  "set USERS=name:password, or ENABLE_PRE_AUTHENTICATION=true behind a proxy that authenticates, " +
  "or BIND_HOSTNAME=127.0.0.1";
