// The setting OAUTH_TOKEN_INTEGRATION_SUBJECT: whom a token puts into policies, as a text with placeholders.

import { POLICY_ENTRY_LABEL } from "../base/placeholders/policy-entry.ts";
import { compileTemplate, type Template } from "../base/placeholders/template.ts";
import type { Kind } from "./setting-kinds.ts";

const isSupported = (name: string): boolean =>
  name.startsWith("jwt:") || name.startsWith("header:") || name === POLICY_ENTRY_LABEL;

/** A text with `jwt:…`, `header:…` and `policy-entry:label`. */
export const tokenIntegrationSubject: Kind<Template> = {
  form: "text with placeholders",
  secret: false,
  parse(text) {
    try {
      return compileTemplate(text, isSupported);
    } catch (error) {
      throw new Error(
        `must be a text with placeholders jwt:…, header:… and policy-entry:label: ${(error as Error).message}`,
      );
    }
  },
};
