// The conditions that an index serves, and whose effect the planner can foresee: what passes a test has a key of it.

import type { Path } from "../../base/json/pointer.ts";
import { isKeyed, keyOfValue, keysOfPath } from "../keys.ts";
import type { Parameters } from "../statement.ts";
import type { Value } from "./resolve.ts";
import type { Test } from "./test-of.ts";

/**
 * A condition that holds for all things with something at the path that passes a test, and for few others;
 * `undefined` where what is missing passes, too.
 */
export function keyCondition(parameters: Parameters, path: Path, test: Test): string | undefined {
  if (!isKeyed(path[0] as string)) return undefined;
  switch (test.op) {
    case "empty":
      return undefined;
    case "eq":
      return has(parameters, [keyOfValue(path, test.value)]);
    case "in":
    case "among":
      return hasOne(parameters, path, test.values);
    case "ge":
    case "le":
      return test.value === null ? undefined : has(parameters, keysOfPath(path));
    default:
      return has(parameters, keysOfPath(path));
  }
}

/** Said twice, since the planner adds up the chances of values of which it knows none, and would look at all things. */
function hasOne(parameters: Parameters, path: Path, values: readonly Value[]): string | undefined {
  if (values.includes(null)) return undefined;
  const keys = new Set(values.map((value) => keyOfValue(path, value)));
  const condition = `t.keys && ${parameters.addAs("int[]", printKeys(keys))}`;
  return keys.size > 1 ? `${condition} and ${condition}` : condition;
}

const has = (parameters: Parameters, keys: readonly number[]): string =>
  `t.keys @> ${parameters.addAs("int[]", printKeys(keys))}`;

const printKeys = (keys: Iterable<number>): string => `{${[...keys].join(",")}}`;
