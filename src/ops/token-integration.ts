// The setting OAUTH_TOKEN_INTEGRATION_SUBJECT: whom a token puts into policies, as a text with placeholders.

import { isHeaderPlaceholder } from "../base/placeholders/header.ts";
import { isJwtPlaceholder } from "../base/placeholders/jwt.ts";
import { POLICY_ENTRY_LABEL } from "../base/placeholders/policy-entry.ts";
import type { Template } from "../base/placeholders/template.ts";
import type { Kind } from "./setting-kinds.ts";
import { templateOf } from "./templates.ts";

const isSupported = (name: string): boolean =>
  isJwtPlaceholder(name) || isHeaderPlaceholder(name) || name === POLICY_ENTRY_LABEL;

/** A text with `jwt:…`, `header:…` and `policy-entry:label`. */
export const tokenIntegrationSubject: Kind<Template> = {
  form: "text with placeholders",
  secret: false,
  parse: (text) => templateOf(text, "the value, of jwt:…, header:… and policy-entry:label", isSupported),
};
