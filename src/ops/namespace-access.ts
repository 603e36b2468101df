// The setting NAMESPACE_ACCESS: who may reach which namespaces at all, as in Ditto's configuration
// `ditto.gateway.authentication.namespace-access`, but as JSON.

import { compilePattern, isPatternLengthAllowed, MAX_PATTERN } from "../base/pattern.ts";
import { isHeaderPlaceholder } from "../base/placeholders/header.ts";
import { isJwtPlaceholder } from "../base/placeholders/jwt.ts";
import type { Template } from "../base/placeholders/template.ts";
import { isTimePlaceholder } from "../base/placeholders/time.ts";
import { jsonOf, membersOf, textsOf } from "./json-kind.ts";
import type { Kind } from "./setting-kinds.ts";
import { templateOf } from "./templates.ts";

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

const names = ["conditions", "resource-types", "allowed-namespaces", "blocked-namespaces"];
const form = '[{"conditions":[…],"resource-types":[…],"allowed-namespaces":[…],"blocked-namespaces":[…]}]';

/** JSON such as `[{"conditions":["{{ jwt:iss | fn:filter('like','https://a*') }}"],"allowed-namespaces":["a.*"]}]`. */
export const namespaceAccessRules: Kind<readonly NamespaceRule[]> = {
  form,
  secret: false,
  parse(text) {
    const rules = jsonOf(text, form);
    if (!Array.isArray(rules)) throw new Error(`must be JSON of the form ${form}`);
    return rules.map((rule, i) => ruleOf(rule, `[${i}]`));
  },
};

function ruleOf(value: unknown, place: string): NamespaceRule {
  const rule = membersOf(value, place, names);
  const texts = (name: string) => textsOf(rule[name] ?? [], `${place}.${name}`);
  return {
    conditions: texts("conditions").map((text) => conditionOf(text, `${place}.conditions`)),
    resourceTypes: texts("resource-types").map((type) => typeOf(type, `${place}.resource-types`)),
    allowed: patternsOf(texts("allowed-namespaces"), `${place}.allowed-namespaces`),
    blocked: patternsOf(texts("blocked-namespaces"), `${place}.blocked-namespaces`),
  };
}

function typeOf(type: string, place: string): "thing" | "policy" {
  if (type !== "thing" && type !== "policy")
    throw new Error(`must have only "thing" and "policy" in ${place}, not "${type}"`);
  return type;
}

function conditionOf(text: string, place: string): AccessCondition {
  const asked: string[] = [];
  const template = templateOf(text, place, (name) => {
    asked.push(name);
    return isJwtPlaceholder(name) || isHeaderPlaceholder(name) || isTimePlaceholder(name);
  });
  return { template, needsToken: asked.some(isJwtPlaceholder) };
}

function patternsOf(texts: readonly string[], place: string): NamespacePatterns {
  if (!texts.every(isPatternLengthAllowed))
    throw new Error(`must have patterns of at most ${MAX_PATTERN} characters as ${place}`);
  const tests = texts.map((text) => compilePattern(text, false));
  return { texts, matches: (namespace) => tests.some((test) => test(namespace)) };
}
