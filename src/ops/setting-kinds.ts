// The kinds of value a setting can have: each turns the text of a variable or an option into a value, or says why not.

import { type User, usersFrom } from "./users.ts";

/** How the text of a setting is read. */
export interface Kind<T> {
  /** What help and docs say a value looks like. */
  readonly form: string;
  /** Errors and logs must not repeat the text. */
  readonly secret: boolean;
  /** Throws an Error that completes the sentence "HTTP_PORT is …, but must be …". */
  parse(text: string): T;
}

const kind = <T>(form: string, parse: (text: string) => T, secret = false): Kind<T> => ({
  form,
  parse,
  secret,
});

const mustBe = (expected: string): Error => new Error(`must be ${expected}`);

/** Any text without blanks at its ends. */
export const text = kind("text", (given) => given);

/** Any text, kept out of errors and logs. */
export const secret = kind("text", (given) => given, true);

/** `true` or `false`. */
export const flag = kind("true or false", (given) => {
  const value = given.toLowerCase();
  if (value !== "true" && value !== "false") throw mustBe("true or false");
  return value === "true";
});

/** A whole number within bounds. */
export function whole(min: number, max: number = Number.MAX_SAFE_INTEGER): Kind<number> {
  const form = max === Number.MAX_SAFE_INTEGER ? `number ≥ ${min}` : `number ${min}–${max}`;
  return kind(form, (given) => {
    const value = /^\d{1,16}$/.test(given) ? Number(given) : Number.NaN;
    if (!(value >= min && value <= max)) throw mustBe(`a whole ${form}`);
    return value;
  });
}

/** A TCP port; 0 asks the system for a free one. */
export const port = whole(0, 65_535);

/** A number of bytes, also as `100k` or `1M`; as in Ditto's configuration these count in steps of 1,024. */
export const bytes = kind("bytes, as 102400 or 100k", (given) => {
  const [, digits, unit] = /^(\d{1,12})\s*([kKmM]?)$/.exec(given) ?? [];
  const steps = unit?.toLowerCase() === "k" ? 1024 : unit?.toLowerCase() === "m" ? 1024 ** 2 : 1;
  const value = Number(digits) * steps;
  if (!(value > 0)) throw mustBe("a number of bytes above 0, as 102400 or 100k");
  return value;
});

const millisecondsOf: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A span of time in milliseconds; as in Ditto's configuration a bare number counts milliseconds. */
export const duration = kind("time, as 60s or 500ms", (given) => {
  const [, digits, unit = "ms"] = /^(\d{1,9})\s*(ms|s|m|h)?$/.exec(given) ?? [];
  const value = Number(digits) * (millisecondsOf[unit] ?? Number.NaN);
  // Timers of Node hold 31 bits.
  if (!(value > 0 && value < 2 ** 31))
    throw mustBe("a time above 0 and up to 24 days, as 60s, 500ms, 5m or 1h");
  return value;
});

/** One of some words, in any case. */
export function oneOf<const W extends string>(words: readonly W[]): Kind<W> {
  return kind(words.join(", "), (given) => {
    const word = words.find((candidate) => candidate === given.toLowerCase());
    if (!word) throw mustBe(`one of ${words.join(", ")}`);
    return word;
  });
}

/** A host name or address to listen on. */
export const host = kind("host or address", (given) => {
  if (!/^[\w.:%-]+$/.test(given)) throw mustBe("a host name or an IP address, without a port");
  return given;
});

/** A URL of certain schemes; secret because it may hold a password. */
export function url(...schemes: readonly string[]): Kind<string> {
  const form = schemes.map((scheme) => `${scheme}://…`).join(" or ");
  const parse = (given: string): string => {
    if (!URL.canParse(given) || !schemes.includes(new URL(given).protocol.slice(0, -1))) {
      throw mustBe(`a URL of the form ${form}`);
    }
    return given;
  };
  return kind(form, parse, true);
}

/** A namespace as things and policies have it: words joined by dots. */
export const namespace = kind("namespace", (given) => {
  if (!/^[a-zA-Z]\w*(?:[.-]\w+)*$/.test(given)) throw mustBe("a namespace, as org.example");
  return given;
});

/** People with their passwords. */
export const users: Kind<readonly User[]> = kind("name:password,…", usersFrom, true);
