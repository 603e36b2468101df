// Texts of a connection that may hold placeholders, compiled when it is opened.

import { bounded, type Values } from "../../base/placeholders/element.ts";
import { compileTemplate, type Template } from "../../base/placeholders/template.ts";
import { isConnectionPlaceholder } from "./scope.ts";

/** A text for one signal; the placeholders of most hold one value each. */
export interface Text {
  /** The text as it was written. */
  readonly text: string;
  /** The first of the texts that it stands for; `undefined` where a placeholder has no value. */
  first(values: Values): string | undefined;
  /** All of them. */
  all(values: Values): readonly string[];
}

/**
 * Compiles a text. Throws a plain error where it cannot be read or holds placeholders that are not supported. To resolve it throws
 * `placeholder:function.too.complex` where a client's values unfold to too much.
 */
export function textOf(text: string, supported: (name: string) => boolean = isConnectionPlaceholder): Text {
  if (!text.includes("{{") && !text.includes("${")) return constant(text);
  const template = compileTemplate(text, supported);
  const [, only] = ONE_PLACEHOLDER.exec(text) ?? [];
  if (only !== undefined) {
    const all = (values: Values): readonly string[] => bounded(values(only));
    return { text, first: (values) => all(values)[0], all };
  }
  return { text, first: (values) => template.resolve(values)[0], all: (values) => template.resolve(values) };
}

/** Most texts with placeholders are one and nothing else, as `{{ header:reply-to }}`. */
const ONE_PLACEHOLDER = /^\{\{ {0,9}([\w-]+:[\w./-]+) {0,9}\}\}$/;

function constant(text: string): Text {
  const all = [text];
  return { text, first: () => text, all: () => all };
}

/** Names and templates of headers, compiled. */
export type HeaderTexts = readonly (readonly [name: string, text: Text])[];

export const headerTextsOf = (mapping: Readonly<Record<string, string>>): HeaderTexts =>
  Object.entries(mapping).map(([name, text]) => [name, textOf(text)]);

/** The conditions of a mapper: whether each of these pipelines of functions leaves something. */
export function conditionsOf(pipelines: Readonly<Record<string, string>>): (values: Values) => boolean {
  const conditions = Object.values(pipelines).map(
    (pipeline): Template =>
      compileTemplate(`{{ fn:default('true') | ${pipeline} }}`, isConnectionPlaceholder),
  );
  return (values) => conditions.every((condition) => condition.resolve(values).length > 0);
}

/** The text with `connection:id` resolved, as labels of acknowledgements have it; `undefined` where it holds another placeholder. */
export function withConnectionId(text: string, connectionId: string): string | undefined {
  const isOfConnection = (name: string) => name === "connection:id";
  try {
    return textOf(text, isOfConnection).first(() => [connectionId]);
  } catch {
    return undefined;
  }
}
