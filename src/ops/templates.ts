// Texts with placeholders in settings.

import { jwtPlaceholder } from "../base/placeholders/jwt.ts";
import { compileTemplate, type Template } from "../base/placeholders/template.ts";

/**
 * Compiles a text of a setting. Throws an Error that completes the sentence "OPENID_CONNECT_ISSUERS is …, but must have …".
 * It is resolved once as well, since the path of a claim is only read then.
 */
export function templateOf(text: string, place: string, supported: (name: string) => boolean): Template {
  try {
    const template = compileTemplate(text, supported);
    template.resolve(jwtPlaceholder({}));
    return template;
  } catch (error) {
    throw new Error(`must have texts with placeholders as ${place}: ${(error as Error).message}`);
  }
}
