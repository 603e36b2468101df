// The permission rules as plainly as they can be said: a policy is a list of statements, and every question looks
// through all of them. The enforcer must agree with it.

import { isArray, isObject, type JsonObject, type JsonValue, putKey } from "../../src/base/json/json.ts";
import type { Path } from "../../src/base/json/pointer.ts";
import type { PolicyEntry } from "../../src/policies/model.ts";
import { readResourceKey } from "../../src/policies/resource-key.ts";

/** One subject is granted or revoked the permission from the keys on; the first key is the type of the resource. */
interface Statement {
  readonly subject: string;
  readonly keys: Path;
  readonly effect: "grant" | "revoke";
}

/** What resolved entries say of one permission; subjects that have expired by `now` are not spoken to. */
export function referenceModel(
  entries: readonly Pick<PolicyEntry, "subjects" | "resources">[],
  permission: string,
  now = 0,
) {
  const statements = entries.flatMap((entry) => statementsOf(entry, permission, now));

  /** The nearest statements on the way down decide: all of them must grant. */
  function isGiven(who: readonly string[], keys: Path): boolean {
    const onTheWay = statements.filter(
      (statement) => who.includes(statement.subject) && isAtOrAbove(statement.keys, keys),
    );
    const nearest = Math.max(...onTheWay.map((statement) => statement.keys.length));
    const deciding = onTheWay.filter((statement) => statement.keys.length === nearest);
    return deciding.length > 0 && deciding.every(({ effect }) => effect === "grant");
  }

  const below = (who: readonly string[], keys: Path, effect: Statement["effect"]) =>
    statements.filter(
      (statement) =>
        who.includes(statement.subject) &&
        statement.effect === effect &&
        statement.keys.length > keys.length &&
        isAtOrAbove(keys, statement.keys),
    );

  const hasUnrestricted = (who: readonly string[], keys: Path) =>
    isGiven(who, keys) && below(who, keys, "revoke").length === 0;

  /** A grant below counts where nothing revokes it from the same subject on its own level. */
  const hasPartial = (who: readonly string[], keys: Path) =>
    isGiven(who, keys) || below(who, keys, "grant").some((grant) => isGiven([grant.subject], grant.keys));

  const readersOf = (keys: Path) =>
    new Set(statements.map(({ subject }) => subject).filter((subject) => hasPartial([subject], keys)));

  /** Elements of an array are where the array is. */
  function view(who: readonly string[], value: JsonValue, keys: Path): JsonValue | undefined {
    if (isArray(value)) {
      const elements = value.map((element) => view(who, element, keys)).filter((seen) => seen !== undefined);
      return elements.length > 0 || isGiven(who, keys) ? elements : undefined;
    }
    if (!isObject(value)) return isGiven(who, keys) ? value : undefined;
    const members: { [key: string]: JsonValue } = {};
    for (const [key, member] of Object.entries(value)) {
      const seen = view(who, member, [...keys, key]);
      if (seen !== undefined) putKey(members, key, seen);
    }
    return Object.keys(members).length > 0 || isGiven(who, keys) ? members : undefined;
  }

  return { hasUnrestricted, hasPartial, readersOf, view };
}

function statementsOf(
  { subjects = {}, resources = {} }: Pick<PolicyEntry, "subjects" | "resources">,
  permission: string,
  now: number,
): readonly Statement[] {
  const lasting = Object.keys(subjects).filter((id) => !hasExpired(subjects[id] as JsonObject, now));
  return Object.entries(resources).flatMap(([key, permissions]) => {
    const { type, path } = readResourceKey(key);
    return (["grant", "revoke"] as const).flatMap((effect) =>
      permissions[effect].includes(permission)
        ? lasting.map((subject) => ({ subject, keys: [type, ...path], effect }))
        : [],
    );
  });
}

const hasExpired = ({ expiry }: JsonObject, now: number): boolean =>
  typeof expiry === "string" && new Date(expiry).getTime() <= now;

const isAtOrAbove = (above: Path, keys: Path): boolean =>
  above.length <= keys.length && above.every((key, i) => key === keys[i]);
