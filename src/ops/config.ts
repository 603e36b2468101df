// Reads the settings once, at start: command line before environment before default.

import { isLoopback } from "./loopback.ts";
import { readOptions } from "./options.ts";
import { type Setting, type SettingKey, settings } from "./settings.ts";
import { unknownVariables } from "./unknown-variables.ts";
import { quickStartUser, type User } from "./users.ts";

type Values = {
  readonly [K in SettingKey]: (typeof settings)[K] extends Setting<infer T> ? T : never;
};

/** The settings as values; `users` is settled, so that an empty list means that nobody logs in with a password. */
export type Config = Omit<Values, "users" | "natsUrl"> & { readonly users: readonly User[] };

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
    const given = givenFor(setting, options.values, env);
    try {
      values[key] = given ? setting.kind.parse(given.text) : fallbackOf(setting);
    } catch (error) {
      const shown = setting.kind.secret ? "not usable" : `"${given?.text}"`;
      problems.push(`${given?.from} is ${shown}, but ${(error as Error).message}`);
    }
  }
  const { natsUrl, ...config } = values as Values; // holds every key once no problem was found
  if (natsUrl) problems.push("NATS_URL is set, but clusters are not built yet; remove it");
  // A USERS that could not be read is a problem already, and no missing one.
  const users = "users" in values ? usersOf(config) : [];
  if (!users) problems.push(noQuickStart(config.bindHostname));
  if (problems.length > 0 || !users) throw new SettingsError(problems);
  return { ...config, users };
}

function givenFor(
  { names }: Setting,
  options: ReadonlyMap<string, { readonly option: string; readonly text: string }>,
  env: NodeJS.ProcessEnv,
): { from: string; text: string } | undefined {
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

const fallbackOf = ({ kind, fallback }: Setting): unknown =>
  fallback === undefined ? undefined : kind.parse(fallback);

/** The quick-start user's password is public, so it opens nothing that others can reach. */
function usersOf({ users, bindHostname, enablePreAuthentication }: Partial<Values>) {
  if (users) return users;
  if (bindHostname === undefined || isLoopback(bindHostname)) return [quickStartUser];
  return enablePreAuthentication ? [] : undefined;
}

const noQuickStart = (address: string): string =>
  `USERS is not set, and the quick-start user works only on a loopback address, which ${address} is not; ` +
  "set USERS=name:password, or ENABLE_PRE_AUTHENTICATION=true behind a proxy that authenticates, " +
  "or BIND_HOSTNAME=127.0.0.1";
