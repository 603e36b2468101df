// What the first word of the command line asks for.

import { SettingsError } from "./config.ts";
import { asksForHash } from "./hash-password.ts";
import { asksForHelp } from "./options.ts";

/** What is done with a storage instead of serving it. `file` is `-` for the standard streams. */
export type StorageCommand =
  | { readonly what: "export" | "import"; readonly file: string }
  | { readonly what: "partition" };

/** `options` are the arguments that are settings. */
export type Command = (StorageCommand | { readonly what: "help" | "hash-password" | "serve" }) & {
  readonly options: readonly string[];
};

/** Reads the arguments after the script. @throws SettingsError where a word is missing. */
export function commandOf(argv: readonly string[]): Command {
  const [first, second, ...rest] = argv;
  if (asksForHelp(argv)) return { what: "help", options: [] };
  if (asksForHash(argv)) return { what: "hash-password", options: [] };
  if (first === "partition") return { what: first, options: argv.slice(1) };
  if (first !== "export" && first !== "import") return { what: "serve", options: argv };
  if (second !== undefined && (second === "-" || !second.startsWith("-")))
    return { what: first, file: second, options: rest };
  throw new SettingsError([
    `pollux ${first} needs the name of a file, or - for the standard ${first === "export" ? "output" : "input"}`,
  ]);
}
