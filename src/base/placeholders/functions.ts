// The functions of a pipeline by name. Each takes its parameters when the text is compiled.

import { checkLength, deleted, each, type Parameter, type Stage, valuesOf } from "./element.ts";
import { filter } from "./filter.ts";
import { compileFormat } from "./format.ts";
import { fromBase64, toBase64, trim, urlDecode, urlEncode } from "./text.ts";

/** Gives the stage, or nothing where the function does not take such parameters. */
type MakeStage = (parameters: readonly Parameter[]) => Stage | undefined;

const withoutParameters =
  (stage: Stage): MakeStage =>
  (parameters) =>
    parameters.length === 0 ? stage : undefined;

const mapping = (map: (text: string) => string): MakeStage => withoutParameters(each((text) => [map(text)]));

const maybe = (map: (text: string) => string | undefined): MakeStage =>
  withoutParameters(
    each((text) => {
      const mapped = map(text);
      return mapped === undefined ? [] : [mapped];
    }),
  );

const withConstant =
  (make: (constant: string) => Stage): MakeStage =>
  ([first, ...more]) =>
    first?.constant === undefined || more.length > 0 ? undefined : make(first.constant);

const orDefault: MakeStage = ([fallback, ...more]) =>
  fallback && more.length === 0
    ? (input, values) => (input !== deleted && input.length === 0 ? fallback.resolve(values) : input)
    : undefined;

const substringBefore = (mark: string) =>
  each((text) => (text.includes(mark) ? [text.slice(0, text.indexOf(mark))] : []));

const substringAfter = (mark: string) =>
  each((text) => (text.includes(mark) ? [text.slice(text.indexOf(mark) + mark.length)] : []));

/** Ditto takes a third parameter and ignores it. */
const replace: MakeStage = (parameters) => {
  const [from, to] = parameters;
  if (!from || !to || parameters.length > 3) return undefined;
  return (input, values) => {
    const [by] = valuesOf(to.resolve(values));
    if (by === undefined) return input === deleted ? deleted : [];
    const [what = ""] = valuesOf(from.resolve(values));
    return each((text) => [replaceAll(text, what, by)])(input);
  };
};

function replaceAll(text: string, from: string, to: string): string {
  const parts = from === "" ? ["", ...text.split(""), ""] : text.split(from);
  checkLength(text.length + (parts.length - 1) * to.length);
  return parts.join(to);
}

/** As Java splits: empty parts at the end are dropped. The separator is taken as it is, not as a regular expression. */
const split = (separator: string) =>
  each((text) => {
    if (!text.includes(separator)) return [text];
    const parts = text.split(separator);
    while (parts.at(-1) === "") parts.pop();
    return parts;
  });

const join =
  (delimiter: string): Stage =>
  (input) => {
    if (input === deleted || input.length === 0) return input;
    checkLength(input.length * delimiter.length);
    return [input.join(delimiter)];
  };

export const functions: ReadonlyMap<string, MakeStage> = new Map([
  ["filter", filter],
  ["default", orDefault],
  ["substring-before", withConstant(substringBefore)],
  ["substring-after", withConstant(substringAfter)],
  ["lower", mapping((text) => text.toLowerCase())],
  ["upper", mapping((text) => text.toUpperCase())],
  ["trim", mapping(trim)],
  ["url-encode", mapping(urlEncode)],
  ["url-decode", maybe(urlDecode)],
  ["base64-encode", mapping(toBase64)],
  ["base64-decode", maybe(fromBase64)],
  ["delete", withoutParameters(() => deleted)],
  ["replace", replace],
  ["split", withConstant(split)],
  ["join", withConstant(join)],
  ["format", withConstant(compileFormat)],
]);
