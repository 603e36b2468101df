// Words that documents and filters share, so that they meet: few of them, most of them awkward.

import fc from "fast-check";
import { type JsonValue, rawNumber } from "../../../src/base/json/json.ts";

/** What `time:now` is for random filters. */
export const now = Date.parse("2026-05-04T03:02:01.007Z");
const hour = 3_600_000;

const awkwardKeys = [
  "__proto__",
  "constructor",
  "*",
  "a.b",
  "~",
  "x/y",
  "$",
  "@",
  '"',
  "'",
  "\\",
  "{}",
  "%",
  "0",
  "€",
  "😀",
  "a b",
  "\0",
  "properties",
];
export const key = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom("a", "a", "b") },
  { weight: 2, arbitrary: fc.constantFrom(...awkwardKeys) },
);
export const featureId = fc.constantFrom("f", "g", "f", "g", "*", "a.b", "__proto__", '"');

const numbers: JsonValue[] = [
  ...[0, -0, 1, -1, 2, 0.1, 1.5, 0.30000000000000004, 1e300, -1e300, 1e20, 1e-7, now, now - hour],
  ...[2 ** 53 - 1, 2 ** 53, -(2 ** 53)],
  ...["9007199254740993", "9223372036854775807", "-9223372036854775808", "9007199254740995"].map(rawNumber),
];
const times = [now, now - hour, now + 1].flatMap((time) => [new Date(time).toISOString(), String(time)]);
const long = "x".repeat(255);
export const texts = [
  ...["", "a", "b", "A", "ab", "aB", "abc", "abcabc", "a b", "1", "true", "null", "ä", "Ä", "K", "ſ", "İ"],
  ...[
    "a\nb",
    "a\n",
    "\n",
    "a\rb",
    "a\u0085b",
    "a\u2028b",
    "\t",
    "a\0b",
    "a\ufffdb",
    "x\ud800",
    "\udc00x",
    "\0",
  ],
  ...[
    "😀",
    "a😀b",
    "\uffff",
    "%",
    "_",
    "a%b",
    "a_b",
    "*",
    "?",
    "a*b",
    "a?b",
    "\\",
    "\\%",
    "a\\",
    "'",
    '"',
    "''",
  ],
  ...[
    `"'\\`,
    "$1",
    "$.a",
    "{a,b}",
    "[]",
    "{}",
    ".*",
    "(a",
    "^a$",
    long,
    `${long}a`,
    `${long}ab`,
    `${long}ac`,
  ],
  ...times,
];

/** Alike but for one thing that comparing must know of. */
const likes: JsonValue[][] = [
  ["a", "A", "ab", "aB", "AB", "ä", "Ä"],
  ["😀", "\uffff", "a😀b", "a\uffffb", "a\ufffd", "a"],
  ["9007199254740993", "9223372036854775807", "9223372036854775806", "9007199254740995"].map(rawNumber),
  [2 ** 53 - 1, 2 ** 53, 9007199254740994, 1e300, 9.999e299],
  ["a\nb", "a\rb", "ab", "a\n", "a", "aXb", "\n"],
  [`${long}a`, `${long}ab`, `${long}ac`, long],
];

export const scalar: fc.Arbitrary<JsonValue> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom<JsonValue[]>(null, true, false, 1, "a", "", 2, "ab", "b") },
  { weight: 2, arbitrary: fc.constantFrom(...numbers) },
  { weight: 3, arbitrary: fc.constantFrom(...texts) },
  { weight: 4, arbitrary: fc.constantFrom(...likes.flat()) },
);

export const timeName = fc.constantFrom(
  ...["now", "now-1h", "now+1ms", "now[d]", "now-1h[h]", "now_epoch_millis", "now_epoch_millis-1h", "noon"],
);

export const subject = fc.constantFrom("s:1", "s:2", "s:3", "s:4", 's:"\\{}', "s:ü,x");
export const policyIds = ["org.a:p1", "org.a:p2", "org.b:p'3"];
export const definitions = ["org.a:model:1", "org.a:model:2"];
