// Large JSON for the tests of what judges it.

/** The keys and small values of nearly a megabyte. */
export const KEYS = 70_000;

/** An object of so many keys, about 14 bytes each, without braces. */
export const members = (keys: number): string =>
  Array.from({ length: keys }, (_, i) => `"key${String(i).padStart(6, "0")}":1`).join();

export const ofKeys = (keys: number): string => `{${members(keys)}}`;

/** Whitespace in JSON that counts for nothing. */
export const padded = (json: string, length: number): string => " ".repeat(length - json.length) + json;

export const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
