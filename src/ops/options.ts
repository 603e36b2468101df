import type { Setting } from "./setting.ts";
import { flag } from "./setting-kinds.ts";
import { optionOf, settings } from "./settings.ts";
import { type Property, readProperty } from "./system-properties.ts";

interface Given {
  readonly option: string;
  readonly text: string;
}

interface Options {
  /** By the name of the environment variable the option stands for. */
  readonly values: ReadonlyMap<string, Given>;
  /** What `-D…` arguments set, in their order. */
  readonly properties: readonly Property[];
  readonly problems: readonly string[];
}

const all: readonly Setting[] = Object.values(settings);
const nameOf = new Map(all.flatMap(({ names }) => names.map((name) => [optionOf(name), name] as const)));
const flags = new Set(all.filter(({ kind }) => kind === flag).flatMap((s) => s.names));

/** Reads `--name value`, `--name=value` and `-Dpath=value`; a flag may stand alone for true. Says what it does not know. */
export function readOptions(argv: readonly string[]): Options {
  const values = new Map<string, Given>();
  const { properties, problems } = propertiesOf(argv.filter(isProperty));
  const rest = argv.filter((argument) => !isProperty(argument));
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    const [, option = argument, inline] = /^(--[^=]*)=(.*)$/s.exec(argument) ?? [];
    const name = nameOf.get(option);
    if (!name) {
      problems.push(`${option} is no option of Pollux`);
      // What follows an unknown option is most likely its value, and no second mistake.
      if (inline === undefined && option.startsWith("--") && rest[0]?.startsWith("--") === false)
        rest.shift();
      continue;
    }
    const alone = rest[0] === undefined || rest[0].startsWith("--");
    const text = inline ?? (alone ? (flags.has(name) ? "true" : undefined) : rest.shift());
    if (!text) problems.push(`${option} needs a value`);
    else if (values.has(name)) problems.push(`${option} is given twice`);
    else values.set(name, { option, text });
  }
  return { values, properties, problems };
}

const isProperty = (argument: string): boolean => argument.startsWith("-D");

function propertiesOf(argv: readonly string[]): { properties: Property[]; problems: string[] } {
  const properties: Property[] = [];
  const problems: string[] = [];
  for (const argument of argv) {
    try {
      const property = readProperty(argument);
      if (properties.some(({ option }) => option === property.option))
        problems.push(`${property.option} is given twice`);
      properties.push(property);
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  return { properties, problems };
}

/** Whether the command line asks for help instead of a server. */
export const asksForHelp = (argv: readonly string[]): boolean =>
  argv.includes("--help") || argv.includes("-h");
