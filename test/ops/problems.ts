import { readConfig, SettingsError } from "../../src/ops/config.ts";

/** What is wrong with settings, as the operator is told; nothing where they are good. */
export function problemsOf(env: Record<string, string>, argv: string[] = []): readonly string[] {
  try {
    readConfig(env, argv);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}
