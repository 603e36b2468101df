// What a caller may read of a thing. For callers who may not read everything, the row of `search_access` stands beside
// the thing as `a`; `a.own` tells by the pointer of a resource whether READ is granted to the caller there.

import { type Path, readPath } from "../../base/json/pointer.ts";
import { pointersUp } from "../common-rights.ts";
import type { Parameters } from "../statement.ts";
import type { Caller } from "../wanted.ts";

/** The tables that a search looks at, and the condition that the caller may read something of the thing. */
export interface Sources {
  readonly from: string;
  readonly condition: string;
}

/** How it is known which things a caller may see. */
export type Sight =
  /** By what the rules of each policy say to him, which stand beside the thing. */
  | { readonly by: "rules" }
  /** By who are readers of a policy: of a thing with something at one of the pointers, or of any where these are absent. */
  | { readonly by: "readers"; readonly holding?: readonly string[] | undefined };

/** Where the things are that a caller may see; without a caller it is the server itself that asks, for all. */
export function visibleThings(parameters: Parameters, caller: Caller | undefined, sight: Sight): Sources {
  if (!caller) return { from: "search_thing t", condition: "true" };
  if (sight.by === "rules") return partlyVisible(parameters, caller);
  const { holding } = sight;
  const conditions = [
    isReader(parameters, caller),
    ...(holding ? [holdsGranted(parameters, caller, holding)] : []),
  ];
  return { from: "search_thing t", condition: conditions.join(" and ") };
}

const ROW_OF_THING = "s.policy_id = t.policy_id and s.namespace = t.namespace";

function isReader(parameters: Parameters, { subjects }: Caller, more = ""): string {
  const readers = `s.readers && ${parameters.addTexts(subjects)}`;
  return `exists (select from search_access s where ${ROW_OF_THING} and ${readers}${more})`;
}

/**
 * What is granted to partial readers is there, or the caller is none of them: `offset 0` has that looked up for the thing
 * alone, where the database would gather all policies of which it is true.
 */
function holdsGranted(parameters: Parameters, caller: Caller, pointers: readonly string[]): string {
  const paths = pointers.map(readPath);
  const keys = paths.filter(({ length }) => length === 1).flat();
  const deeper = paths.filter(({ length }) => length > 1);
  const isPartial = `s.partial && ${parameters.addTexts(caller.subjects)}`;
  const holds = [
    ...(keys.length > 0 ? [`t.thing ?| ${parameters.addTexts(keys)}`] : []),
    ...deeper.map((path) => `t.thing @? ${parameters.addAs("jsonpath", strictly(path))}`),
    isReader(parameters, caller, ` and not ${isPartial} offset 0`),
  ];
  return `(${holds.join(" or ")})`;
}

/** A path that enters no arrays, since pointers have no places in them. */
const strictly = (path: Path): string => `strict $${path.map((key) => `.${JSON.stringify(key)}`).join("")}`;

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
  const rules = pointersUp(path).map((pointer) => ruleAt(parameters.addAs("text", pointer)));
  return nearestOf([...rules, ruleAt("'/'")]);
}

/** {@link mayRead} for a path below a feature, whose id is an expression of SQL. */
export function mayReadFeature(parameters: Parameters, id: string, below: Path): string {
  const feature = `'/features/' || replace(replace(${id}, '~', '~0'), '/', '~1')`;
  const rules = pointersUp(below).map((rest) => ruleAt(`(${feature} || ${parameters.addAs("text", rest)})`));
  return nearestOf([...rules, ruleAt(`(${feature})`), ruleAt("'/features'"), ruleAt("'/'")]);
}

const ruleAt = (pointer: string): string => `a.own -> ${pointer}`;
const nearestOf = (rules: readonly string[]): string => `coalesce(${rules.join(", ")}) = 'true'`;
