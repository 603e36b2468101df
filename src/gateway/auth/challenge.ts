// What a refused login is told beside its error.

import type { TwinError } from "../../base/errors.ts";
import { TooManyRequests } from "../../base/too-many-requests.ts";
import type { User } from "../../ops/users.ts";
import { authenticationFailed } from "./errors.ts";

/** What 401 asks for where users are configured. */
const basicChallenge = 'Basic realm="ditto", charset="UTF-8"';

/**
 * The headers of a refusal: 401 asks for HTTP Basic with `toAsk`, so that browsers show their login; 429 tells when to come
 * again. Others have none.
 */
export function refusalHeaders(error: TwinError, toAsk: boolean): Readonly<Record<string, string>> {
  if (toAsk && authenticationFailed.is(error)) return { "www-authenticate": basicChallenge };
  return error instanceof TooManyRequests ? { "retry-after": String(error.retryAfter) } : {};
}

/**
 * Whether 401 asks for HTTP Basic: where there are users, but not where a proxy authenticates, which asks by itself (and
 * Ditto behind it asks for nothing).
 */
export const asksForBasic = (settings: {
  readonly users: readonly User[];
  readonly enablePreAuthentication: boolean;
}): boolean => settings.users.length > 0 && !settings.enablePreAuthentication;
