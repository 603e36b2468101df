// Placeholders: a template is compiled or refused with a plain reason; what clients send for its placeholders is filled in or
// refused, and never unfolds beyond its bounds.

import fc from "fast-check";
import { TwinError } from "../../../../src/base/errors.ts";
import { anyOf, MAX_CHARACTERS, MAX_VALUES, type Values } from "../../../../src/base/placeholders/element.ts";
import { UnknownPlaceholder } from "../../../../src/base/placeholders/errors.ts";
import { compileTemplate, type Template } from "../../../../src/base/placeholders/template.ts";
import { isTimePlaceholder, timePlaceholder } from "../../../../src/base/placeholders/time.ts";
import { type FuzzedParser, kindOf, outcomeOf, promised } from "../target.ts";

const functions = [
  ...[
    "fn:lower()",
    "fn:upper()",
    "fn:trim()",
    "fn:url-encode()",
    "fn:url-decode()",
    "fn:base64-encode()",
    "fn:base64-decode()",
  ],
  ...[
    "fn:delete()",
    "fn:default('x')",
    "fn:default(v:none)",
    "fn:substring-before(':')",
    "fn:substring-after('a')",
    "fn:split(',')",
  ],
  ...[
    "fn:join('-')",
    "fn:replace('a','bb')",
    "fn:replace('','ab')",
    "fn:filter('like','*a?|b*')",
    "fn:filter(v:many,'eq','a')",
  ],
  ...[
    "fn:format('{a}-{b/c}')",
    "fn:format('{#list}{.}{/list}')",
    "fn:format('{#a}{#a}x{/a}{/a}')",
    "fn:filter('ne',v:text)",
  ],
];
const names = [
  "v:text",
  "v:many",
  "v:json",
  "v:none",
  "v:odd",
  "time:now",
  "time:now-1h[d]",
  "time:now_epoch_millis",
];
const expression = fc
  .tuple(fc.constantFrom(...names), fc.array(fc.constantFrom(...functions), { maxLength: 4 }))
  .map((stages) => stages.flat().join(" | "));

const given: ReadonlyMap<string, readonly string[]> = new Map([
  ["v:text", ["some:text,a,b"]],
  ["v:many", Array.from({ length: 30 }, (_, i) => `a${i}`)],
  ["v:json", ['{"a":{"a":[1,2]},"b":{"c":9007199254740993},"list":[1,"x",{"a":1}]}', "no json", "[1]"]],
  ["v:odd", ["", "\ud800", "%E0%A4%A", "{{ v:text }}", "\\{a\\}", "x".repeat(2_000)]],
]);
const values: Values = anyOf(
  (name) => given.get(name) ?? [],
  timePlaceholder(Date.parse("2026-05-04T03:02:01.007Z")),
);
const supported = (name: string) => name.startsWith("v:") || isTimePlaceholder(name);

export const placeholders: FuzzedParser = {
  name: "placeholders",
  shapes: fc
    .array(
      fc.oneof(
        expression.map((text) => `{{ ${text} }}`),
        fc.constantFrom("x", "/", "", ":", "{", "}"),
      ),
      {
        minLength: 1,
        maxLength: 3,
      },
    )
    .map((parts) => parts.join("")),
  words: [
    ...functions,
    ...names,
    "{{",
    "}}",
    "${",
    "}",
    "|",
    "'",
    '"',
    "\\'",
    ",",
    "(",
    ")",
    "{#a}",
    "{/a}",
    "{a}",
    "fn:",
  ],
  maxLength: 10_100,
  // A million characters may be made, by each of ten functions.
  enoughMs: (length) => 300 + length / 20,
  attempt(text) {
    const compiled = compile(text);
    if (compiled instanceof Error) return kindOf(compiled);
    promised(compiled.text === text, () => "It has lost its text.");
    const { value: texts, refused } = outcomeOf(() => compiled.resolve(values));
    if (!texts) return kindOf(refused as Error);
    promised(texts.length <= MAX_VALUES, () => `It unfolds to ${texts.length} texts.`);
    const characters = texts.reduce((sum, one) => sum + one.length, 0);
    promised(
      characters <= Math.max(MAX_CHARACTERS, text.length),
      () => `It unfolds to ${characters} characters.`,
    );
    const isLiteral = !text.includes("{{") && !text.includes("${");
    promised(
      !isLiteral || (texts.length === 1 && texts[0] === text),
      () => "A text without placeholders changed.",
    );
    return `${texts.length} ${Math.min(characters, 100)} ${text.match(/fn:[a-z-]+/g)?.slice(0, 3)}`;
  },
};

/** The reason of a refusal goes to whoever wrote the template: an error of the language tells nothing. */
function compile(text: string): Template | Error {
  try {
    return compileTemplate(text, supported);
  } catch (error) {
    const isReason = error instanceof TwinError || error instanceof UnknownPlaceholder;
    if (isReason || (error instanceof Error && error.constructor === Error)) return error;
    throw error;
  }
}
