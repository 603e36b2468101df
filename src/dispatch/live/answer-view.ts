// What an asker may see of the answer to a live retrieve, by the policy of the thing at the time of the answer.

import type { JsonValue } from "../../base/json/json.ts";
import type { LiveAnswer, LiveResponse } from "../../signals/live.ts";
import type { AuthContext } from "../../signals/signal.ts";
import type { Parts } from "../ready.ts";
import { visible } from "../retrieve.ts";
import { currentTarget } from "./target.ts";

/**
 * An answer without what its asker may not read, at once where there is nothing to look at; `undefined` where thing or policy are gone meanwhile, so that nobody may
 * see it. Rejects with the 404 of a part of which nothing may be read.
 */
export function viewOfAnswer(
  parts: Parts,
  asker: AuthContext,
  answer: LiveAnswer,
): LiveAnswer | Promise<LiveAnswer | undefined> {
  if (answer.says !== "live-response" || answer.action !== "retrieve" || answer.value === undefined)
    return answer;
  return viewOfValue(parts, asker, answer, answer.value);
}

async function viewOfValue(
  parts: Parts,
  asker: AuthContext,
  answer: LiveResponse,
  value: JsonValue,
): Promise<LiveAnswer | undefined> {
  const { id, path, headers } = answer;
  const target = await currentTarget(parts, { id, headers, auth: asker });
  if (!target) return undefined;
  const seen = visible(target.enforcer.forSubjects(asker.subjects), "thing", value, path, id);
  if (seen === undefined) throw (parts.things.rules.resource(path) ?? parts.things.rules).notFound(id, path);
  return seen === value ? answer : { ...answer, value: seen };
}
