import type { SearchField } from "../field.ts";
import type { Parameters } from "../statement.ts";
import type { Caller, Circumstances, Wanted } from "../wanted.ts";
import { visibleThings } from "./access.ts";
import { refuseCostlyPatterns, toLike } from "./like.ts";
import { sightOf } from "./readable.ts";
import { filterOf } from "./where.ts";

/**
 * The end of a statement that looks at the things that are wanted and that the caller may see: `from search_thing t …
 * where …`. Further conditions may follow with `and`. Without a caller it is the server itself that asks, for all.
 * `fields` are those that the rest of the statement tells of.
 */
export function matching(
  parameters: Parameters,
  wanted: Wanted,
  caller: Caller | undefined,
  circumstances: Circumstances,
  fields: readonly SearchField[] = [],
): string {
  if (wanted.criterion) refuseCostlyPatterns(wanted.criterion);
  const sight = sightOf(wanted.criterion, fields, caller, circumstances.now);
  const { from, condition } = visibleThings(parameters, caller, sight);
  const conditions = [
    ...deadlineCondition(parameters, circumstances),
    ...namespaceCondition(parameters, wanted),
    ...(wanted.blocked ?? []).map((pattern) => notBlocked(parameters, pattern)),
    condition,
    ...(wanted.criterion ? [filterOf(parameters, wanted.criterion, caller, circumstances)] : []),
  ];
  return `from ${from} where ${conditions.join(" and ")}`;
}

/** First of all, so that whatever is looked at is counted. */
function deadlineCondition(parameters: Parameters, { deadline }: Circumstances): readonly string[] {
  if (deadline === undefined) return [];
  const time = parameters.addAs("timestamptz", new Date(deadline).toISOString());
  return [`(t.pulse or search_in_time(t.revision, ${time}))`];
}

function namespaceCondition(parameters: Parameters, { namespaces }: Wanted): readonly string[] {
  if (!namespaces) return [];
  const [first, ...others] = namespaces;
  if (first === undefined) return ["false"];
  if (others.length === 0) return [`t.namespace = ${parameters.addAs("text", first)}`];
  return [`t.namespace = any (${parameters.addTexts(namespaces)})`];
}

const notBlocked = (parameters: Parameters, pattern: string): string =>
  `t.namespace not like ${parameters.addAs("text", toLike(pattern))}`;
