// What a caller may read of a thing. For callers who may not read everything, the row of `search_access` stands beside
// the thing as `a`; `a.own` tells by the pointer of a resource whether READ is granted to the caller there.

import { type Path, printPath } from "../../base/json/pointer.ts";
import type { Parameters } from "../statement.ts";
import type { Caller } from "../wanted.ts";

/** The tables that a search looks at, and the condition that the caller may read something of the thing. */
export interface Sources {
  readonly from: string;
  readonly condition: string;
}

/** Where the things are that a caller may see; without a caller it is the server itself that asks, for all. */
export function visibleThings(parameters: Parameters, caller: Caller | undefined): Sources {
  if (!caller) return { from: "search_thing t", condition: "true" };
  return caller.isPartial ? partlyVisible(parameters, caller) : whollyVisible(parameters, caller);
}

const ROW_OF_THING = "s.policy_id = t.policy_id and s.namespace = t.namespace";

function whollyVisible(parameters: Parameters, caller: Caller): Sources {
  const subjects = parameters.addTexts(caller.subjects);
  return {
    from: "search_thing t",
    condition: `exists (select from search_access s where ${ROW_OF_THING} and s.readers && ${subjects})`,
  };
}

/**
 * A caller finds a thing only if READ is granted at its root or at a pointer that exists in it. What the rules mean
 * for the caller depends on the policy alone, and the database remembers it from thing to thing (Memoize) as long as
 * the join depends on nothing else of the thing: hence `offset 0`, the outer join, and conditions that are not strict,
 * which would make it an inner one and be drawn into it.
 */
function partlyVisible(parameters: Parameters, caller: Caller): Sources {
  const subjects = parameters.addTexts(caller.subjects);
  const own = `select r.key, not coalesce(r.value -> 'r' ?| ${subjects}, false) as granted from jsonb_each(s.rules) r
    where r.value -> 'g' ?| ${subjects} or r.value -> 'r' ?| ${subjects}`;
  const rules = `select jsonb_object_agg(o.key, o.granted) as own,
    array_agg(${PATH_OF_POINTER}) filter (where o.granted and o.key <> '/') as paths from (${own}) o`;
  return {
    from: `search_thing t left join lateral (
    select r.own, r.paths from search_access s cross join lateral (${rules}) r
    where ${ROW_OF_THING} and s.readers && ${subjects} offset 0) a on true`,
    condition: `(${nearestOf([ruleAt("'/'")])} or t.thing @? any (a.paths))`,
  };
}

/** A pointer as a path that enters no arrays, since pointers have no places in them. */
const PATH_OF_POINTER = `('strict $' || (
    select string_agg('.' || to_json(replace(replace(k.key, '~1', '/'), '~0', '~'))::text, '' order by k.place)
    from unnest(string_to_array(substr(o.key, 2), '/')) with ordinality as k (key, place)))::jsonpath`;

/** Whether the caller may read what is at a path: the nearest resource on the way up that names them decides. */
export function mayRead(parameters: Parameters, path: Path): string {
  const rules = path.map((_, i) =>
    ruleAt(parameters.addAs("text", printPath(path.slice(0, path.length - i)))),
  );
  return nearestOf([...rules, ruleAt("'/'")]);
}

/** {@link mayRead} for a path below a feature, whose id is an expression of SQL. */
export function mayReadFeature(parameters: Parameters, id: string, below: Path): string {
  const feature = `'/features/' || replace(replace(${id}, '~', '~0'), '/', '~1')`;
  const rules = below.map((_, i) => {
    const rest = printPath(below.slice(0, below.length - i));
    return ruleAt(`(${feature} || ${parameters.addAs("text", rest)})`);
  });
  return nearestOf([...rules, ruleAt(`(${feature})`), ruleAt("'/features'"), ruleAt("'/'")]);
}

const ruleAt = (pointer: string): string => `a.own -> ${pointer}`;
const nearestOf = (rules: readonly string[]): string => `coalesce(${rules.join(", ")}) = 'true'`;
