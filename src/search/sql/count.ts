import { Parameters, type Statement } from "../statement.ts";
import type { Caller, Circumstances, Wanted } from "../wanted.ts";
import { matching } from "./matching.ts";

/** Counts the things that are wanted; gives one row with the number `count`. */
export function countStatement(
  wanted: Wanted,
  caller: Caller | undefined,
  circumstances: Circumstances,
): Statement {
  const parameters = new Parameters();
  const text = `select count(*)::float8 as count ${matching(parameters, wanted, caller, circumstances)}`;
  return { text, parameters: parameters.values };
}
