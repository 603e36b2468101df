// What the claims of a verified token mean here: subjects, headers, and conditions on them.

import type { JsonObject } from "../../../base/json/json.ts";
import { jwtPlaceholder } from "../../../base/placeholders/jwt.ts";
import { compileTemplate, type Template } from "../../../base/placeholders/template.ts";
import { isClaim, type OpenIdConnectIssuer } from "../../../ops/openid-connect-issuers.ts";
import type { AuthContext } from "../../../signals/signal.ts";
import { conditionFailed, tokenRefused } from "./errors.ts";

/** Gives the context of a token of one issuer, or throws 401. `expiresAt` is in milliseconds since the epoch. */
export type ContextOf = (claims: JsonObject, expiresAt: number) => AuthContext;

// biome-ignore lint/suspicious/noControlCharactersInRegex: neither subjects nor headers may hold them.
const control = /[\u0000-\u001f\u007f-\u009f]/;
const usable = (text: string): boolean => text !== "" && !control.test(text) && text.isWellFormed();

/** Compiles what is configured for an issuer. */
export function contextsOf(issuer: OpenIdConnectIssuer): ContextOf {
  const subjects = issuer.authSubjects.map(compiled);
  const conditions = issuer.prerequisiteConditions.map(compiled);
  const headers = Object.entries(issuer.injectClaimsIntoHeaders).map(
    ([name, text]) => [name, text, compiled(text)] as const,
  );
  return (claims, expiresAt) => {
    const values = jwtPlaceholder(claims);
    if (!conditions.every((condition) => condition.resolve(values).length > 0)) throw conditionFailed();
    const found = subjects.flatMap((subject) => subject.resolve(values)).filter(usable);
    if (found.length === 0) throw tokenRefused("None of its claims gives a subject.");
    const injected = headers.map(([name, text, template]) => {
      // As in Ditto the text itself stands where it has no value: left out, the client could send the header instead.
      return [name, template.resolve(values).find(usable) ?? text] as const;
    });
    return {
      subjects: [...new Set(found.map((subject) => `${issuer.subjectIssuer}:${subject}`))],
      token: {
        claims,
        expiresAt,
        ...(injected.length === 0 ? {} : { headers: Object.fromEntries(injected) }),
      },
    };
  };
}

const compiled = (text: string): Template => compileTemplate(text, isClaim);
