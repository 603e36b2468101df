// The names in a policy: labels of entries, ids of subjects, patterns of namespaces.

import { isNamespacedId } from "../base/ids.ts";
import { invalidJson } from "../base/json/errors.ts";
import type { JsonValue } from "../base/json/json.ts";
import { policyIdInvalid } from "../base/policy-id.ts";
import { entryInvalid, labelInvalid, subjectIdInvalid } from "./errors.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: the control characters are what names may not hold.
const controlCharacter = /[\u0000-\u001f\u007f-\u00ff]/;
const namespacePattern = /^[a-zA-Z]\w*(?:[.-][a-zA-Z]\w*)*(?:\.\*)?$/;

export const hasControlCharacter = (text: string): boolean => controlCharacter.test(text);

export function checkLabel(label: string): string {
  if (label === "") throw invalidJson("A label must not be empty.");
  if (label.startsWith("imported") || label.startsWith("nsimported")) throw labelInvalid(label);
  if (hasControlCharacter(label) || label.includes("/"))
    throw entryInvalid(`The label '${label}' holds a slash or a control character.`);
  return label;
}

/** Checks a subject id: an issuer, which may be an address with a scheme, a colon and a subject; or a placeholder. */
export function checkSubjectId(id: string): string {
  if (hasControlCharacter(id)) throw subjectIdInvalid(id);
  if (/\{\{.*\}\}/.test(id)) return id;
  const scheme = id.indexOf("://");
  const colon = id.indexOf(":", scheme < 0 ? 0 : scheme + 3);
  if (colon < 1 || colon === id.length - 1) throw subjectIdInvalid(id);
  return id;
}

/** `org.acme` is that namespace, `org.acme.*` all below it. */
export function checkNamespacePattern(pattern: JsonValue): string {
  if (typeof pattern !== "string" || !namespacePattern.test(pattern))
    throw entryInvalid(`'${JSON.stringify(pattern)}' is no namespace, nor one with '.*' at its end.`);
  return pattern;
}

export const matchesNamespace = (pattern: string, namespace: string): boolean =>
  pattern.endsWith(".*") ? namespace.startsWith(pattern.slice(0, -1)) : namespace === pattern;

export function checkPolicyId(id: JsonValue): string {
  if (typeof id !== "string") throw invalidJson("A policy ID is a string.");
  if (!isNamespacedId(id)) throw policyIdInvalid(id);
  return id;
}
