interface Line {
  readonly time: string;
  readonly level: string;
  readonly msg?: string;
  readonly err?: { readonly stack?: string };
}

/** A JSON line of the log as people like to read it: time, level, message, then what else it says. */
export function readable(line: string): string {
  const { time, level, msg, err, ...rest }: Line = JSON.parse(line);
  const more = Object.keys(rest).length > 0 ? ` ${JSON.stringify(rest)}` : "";
  const stack = err?.stack ? `\n${err.stack}` : "";
  return `${time.slice(11, 23)} ${level.toUpperCase()} ${msg ?? ""}${more}${stack}\n`;
}
