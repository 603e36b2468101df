// The kinds of value a setting can have: each turns the text of a variable or an option into a value, or says why not.

import { RE2JS } from "re2js";
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

/** A number within bounds, which may have a fraction. */
export function decimal(min: number, max: number = Number.MAX_SAFE_INTEGER): Kind<number> {
  const form = max === Number.MAX_SAFE_INTEGER ? `number ≥ ${min}` : `number ${min}–${max}`;
  return kind(form, (given) => {
    const value = /^\d{1,12}(?:\.\d{1,12})?$/.test(given) ? Number(given) : Number.NaN;
    if (!(value >= min && value <= max)) throw mustBe(`a ${form}`);
    return value;
  });
}

/** A TCP port; 0 asks the system for a free one. */
export const port = whole(0, 65_535);

/** A number of bytes, also as `100k`, `1M` or `2G`; as in Ditto's configuration these count in steps of 1,024. */
export const bytes = kind("bytes, as 102400 or 100k", (given) => {
  const [, digits, unit] = /^(\d{1,12})\s*([kKmMgG]?)$/.exec(given) ?? [];
  const steps = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[unit?.toLowerCase() ?? ""] ?? 1;
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

/** How long something is kept, in milliseconds: 0, or as {@link duration}, in days too and without an upper end. */
export const keeping = kind("time, as 30d, 12h or 0", (given) => {
  const [, digits, unit = "ms"] = /^(\d{1,9})\s*(ms|s|m|h|d)?$/.exec(given) ?? [];
  const value = Number(digits) * (unit === "d" ? 24 * 3_600_000 : (millisecondsOf[unit] ?? Number.NaN));
  if (!(value >= 0)) throw mustBe("a time, as 30d, 12h or 0");
  return value;
});

/** Names of headers, in lower case. */
export const headerNames = kind("name,…", (given): readonly string[] => {
  const names = given.split(",").map((name) => name.trim().toLowerCase());
  if (!names.every((name) => name === "" || /^[\w.!#$%&'*+^`|~-]+$/.test(name)))
    throw mustBe("names of headers, separated by commas");
  return names.filter((name) => name !== "");
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

/** Media types without parameters, in lower case. */
export const mediaTypes = kind("type/subtype,…", (given) =>
  given.split(",").map((part) => {
    const type = part.trim().toLowerCase();
    if (!/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(type)) throw mustBe("media types separated by commas");
    return type;
  }),
);

/** Web origins, each a scheme, a host and perhaps a port. */
export const origins = kind("https://host,…", (given) =>
  given.split(",").map((part) => {
    const origin = part.trim();
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      throw mustBe("origins separated by commas, as https://app.example.org");
    }
    return origin;
  }),
);

/** A regular expression whose time grows with the text only. */
export const pattern = kind("regular expression", (given) => {
  try {
    return RE2JS.compile(given);
  } catch {
    throw mustBe("a regular expression of RE2's syntax");
  }
});

/** People with their passwords. */
export const users: Kind<readonly User[]> = kind("name:password,…", usersFrom, true);
