// What the claims of a verified token mean here: subjects, headers, and conditions on them.

import type { JsonObject } from "../../../base/json/json.ts";
import { jwtPlaceholder } from "../../../base/placeholders/jwt.ts";
import type { OpenIdConnectIssuer } from "../../../ops/openid-connect-issuers.ts";
import type { AuthContext } from "../../../signals/signal.ts";
import { conditionFailed, tokenRefused } from "./errors.ts";

/** Gives the context of a token of one issuer, or throws 401. `expiresAt` is in milliseconds since the epoch. */
export type ContextOf = (claims: JsonObject, expiresAt: number) => AuthContext;

// biome-ignore lint/suspicious/noControlCharactersInRegex: neither subjects nor headers may hold them.
const control = /[\u0000-\u001f\u007f-\u009f]/;
const usable = (text: string): boolean => text !== "" && !control.test(text) && text.isWellFormed();

/** Makes of what is configured for an issuer what its claims mean. */
export function contextsOf({
  subjectIssuer,
  authSubjects,
  prerequisiteConditions,
  injectClaimsIntoHeaders,
}: OpenIdConnectIssuer): ContextOf {
  const headers = Object.entries(injectClaimsIntoHeaders);
  return (claims, expiresAt) => {
    const values = jwtPlaceholder(claims);
    if (!prerequisiteConditions.every((condition) => condition.resolve(values).length > 0))
      throw conditionFailed();
    const found = authSubjects.flatMap((subject) => subject.resolve(values)).filter(usable);
    if (found.length === 0) throw tokenRefused("None of its claims gives a subject.");
    const injected = headers.map(([name, template]) => {
      // As in Ditto the text itself stands where it has no value: left out, the client could send the header instead.
      return [name, template.resolve(values).find(usable) ?? template.text] as const;
    });
    return {
      subjects: [...new Set(found.map((subject) => `${subjectIssuer}:${subject}`))],
      token: {
        claims,
        expiresAt,
        ...(injected.length === 0 ? {} : { headers: Object.fromEntries(injected) }),
      },
    };
  };
}
