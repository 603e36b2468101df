// One expression: a placeholder or a function, and the functions its values go through.

import {
  bounded,
  type Element,
  type Expression,
  type Parameter,
  type Stage,
  type Values,
} from "./element.ts";
import { UnknownPlaceholder } from "./errors.ts";
import { functions } from "./functions.ts";
import { quotedConstant, splitUnquoted } from "./scan.ts";

const MAX_FUNCTIONS = 10;
const FUNCTION = /^fn:([a-z0-9-]+)\s*(\(.*\))$/s;
const PLACEHOLDER = /^[\w-]+:\S+$/;

type Supported = (name: string) => boolean;

/** Compiles what stands between the braces. Throws a plain error where it cannot be read. */
export function compileExpression(text: string, supported: Supported): Expression {
  const stages = splitUnquoted(text, "|");
  if (stages.includes("")) throw new Error(`'${text.trim()}' is not an expression.`);
  if (stages.length > MAX_FUNCTIONS + 1)
    throw new Error(`'${text.trim()}' has more than ${MAX_FUNCTIONS} functions.`);
  const [first, ...rest] = stages as [string, ...string[]];
  const beginsWithFunction = first.startsWith("fn:");
  const begin = beginsWithFunction ? () => [] : compilePlaceholder(first, supported);
  const pipeline = (beginsWithFunction ? stages : rest).map((stage) => compileFunction(stage, supported));
  return (values) => pipeline.reduce((element: Element, stage) => stage(element, values), begin(values));
}

function compilePlaceholder(text: string, supported: Supported): (values: Values) => readonly string[] {
  const colon = text.indexOf(":");
  const name = `${text.slice(0, colon).trim()}:${text.slice(colon + 1)}`;
  if (colon < 0 || colon === text.length - 1 || !supported(name)) throw new UnknownPlaceholder(text);
  return (values) => bounded(values(name));
}

function compileFunction(text: string, supported: Supported): Stage {
  const [, name = "", list = ""] = FUNCTION.exec(text) ?? [];
  const make = functions.get(name);
  if (!make)
    throw new Error(`There is no function '${text}'; there are ${[...functions.keys()].join(", ")}.`);
  const stage = make(parametersOf(list.slice(1, -1), supported));
  if (!stage) throw new Error(`The function '${name}' does not take the parameters ${list}.`);
  return stage;
}

const parametersOf = (list: string, supported: Supported): readonly Parameter[] =>
  list.trim() === "" ? [] : splitUnquoted(list, ",").map((text) => compileParameter(text, supported));

/** A parameter is a constant in quotes, a placeholder, or a function that gives a value. */
function compileParameter(text: string, supported: Supported): Parameter {
  const constant = quotedConstant(text);
  if (constant !== undefined) return { constant, resolve: () => [constant] };
  if (!PLACEHOLDER.test(text) && !text.startsWith("fn:"))
    throw new Error(`The parameter ${text} is neither in quotes nor a placeholder.`);
  return { resolve: compileExpression(text, supported) };
}
