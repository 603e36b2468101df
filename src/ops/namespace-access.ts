// The setting NAMESPACE_ACCESS: who may reach which namespaces at all, as in Ditto's configuration
// `ditto.gateway.authentication.namespace-access`, but as JSON.

import { compilePattern, isPatternLengthAllowed, MAX_PATTERN } from "../base/pattern.ts";
import { compileTemplate, type Template } from "../base/placeholders/template.ts";
import { isTimePlaceholder } from "../base/placeholders/time.ts";
import type { Kind } from "./setting-kinds.ts";

/** A text with placeholders that has to come to something. */
export interface AccessCondition {
  readonly template: Template;
  /** Whether it asks for claims: then it does not hold without a token, whatever else it says. */
  readonly needsToken: boolean;
}

/** One rule. It counts for requests that all of its conditions hold for; an empty list of types is all of them. */
export interface NamespaceRule {
  readonly conditions: readonly AccessCondition[];
  readonly resourceTypes: readonly ("thing" | "policy")[];
  readonly allowed: NamespacePatterns;
  readonly blocked: NamespacePatterns;
}

export interface NamespacePatterns {
  /** As they were set: `*` stands for any number of characters, `?` for exactly one. */
  readonly texts: readonly string[];
  matches(namespace: string): boolean;
}

type Members = Readonly<Record<string, unknown>>;

const names = ["conditions", "resource-types", "allowed-namespaces", "blocked-namespaces"];
const form = '[{"conditions":[…],"resource-types":[…],"allowed-namespaces":[…],"blocked-namespaces":[…]}]';

/** JSON such as `[{"conditions":["{{ jwt:iss | fn:filter('like','https://a*') }}"],"allowed-namespaces":["a.*"]}]`. */
export const namespaceAccessRules: Kind<readonly NamespaceRule[]> = {
  form,
  secret: false,
  parse(text) {
    const rules = jsonOf(text);
    if (!Array.isArray(rules)) throw new Error(`must be JSON of the form ${form}`);
    return rules.map((rule, i) => ruleOf(rule, `[${i}]`));
  },
};

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`must be JSON of the form ${form}`);
  }
}

function ruleOf(value: unknown, place: string): NamespaceRule {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error(`must have an object as ${place}`);
  const stranger = Object.keys(value).find((name) => !names.includes(name));
  if (stranger !== undefined)
    throw new Error(`must have only ${names.join(", ")} in ${place}, not "${stranger}"`);
  const texts = (name: string) => textsOf(value as Members, name, place);
  return {
    conditions: texts("conditions").map((text) => conditionOf(text, `${place}.conditions`)),
    resourceTypes: texts("resource-types").map((type) => typeOf(type, `${place}.resource-types`)),
    allowed: patternsOf(texts("allowed-namespaces"), `${place}.allowed-namespaces`),
    blocked: patternsOf(texts("blocked-namespaces"), `${place}.blocked-namespaces`),
  };
}

function textsOf(rule: Members, name: string, place: string): readonly string[] {
  const items = rule[name] ?? [];
  if (!Array.isArray(items) || !items.every((item) => typeof item === "string"))
    throw new Error(`must have a list of texts as ${place}.${name}`);
  return items;
}

function typeOf(type: string, place: string): "thing" | "policy" {
  if (type !== "thing" && type !== "policy")
    throw new Error(`must have only "thing" and "policy" in ${place}, not "${type}"`);
  return type;
}

function conditionOf(text: string, place: string): AccessCondition {
  const asked: string[] = [];
  try {
    const template = compileTemplate(text, (name) => {
      asked.push(name);
      return name.startsWith("jwt:") || name.startsWith("header:") || isTimePlaceholder(name);
    });
    return { template, needsToken: asked.some((name) => name.startsWith("jwt:")) };
  } catch (error) {
    throw new Error(`must have texts with placeholders as ${place}: ${(error as Error).message}`);
  }
}

function patternsOf(texts: readonly string[], place: string): NamespacePatterns {
  if (!texts.every(isPatternLengthAllowed))
    throw new Error(`must have patterns of at most ${MAX_PATTERN} characters as ${place}`);
  const tests = texts.map((text) => compilePattern(text, false));
  return { texts, matches: (namespace) => tests.some((test) => test(namespace)) };
}
