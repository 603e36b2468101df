// What one subject may do by the statements of a policy, written as plainly as the rules of Ditto's TrieBasedPolicyEnforcer
// can be said for a single subject. The enforcer itself is compared with a fuller model in test/policies.

export type Permission = "READ" | "WRITE";
export type Path = readonly string[];

/** One grant or revoke on a path of the thing or of the policy. */
export interface Statement {
  readonly effect: "grant" | "revoke";
  readonly permissions: readonly Permission[];
  readonly path: string;
}

export type Rights = readonly Statement[];

export const keysOf = (path: string): Path => path.split("/").filter((key) => key !== "");

const isAtOrAbove = (above: Path, path: Path): boolean =>
  above.length <= path.length && above.every((key, index) => key === path[index]);

/** The nearest statement at or above a path decides; on one level a revoke wins. */
function isGiven(rights: Rights, path: Path, permission: Permission): boolean {
  const above = rights.filter(
    (statement) => statement.permissions.includes(permission) && isAtOrAbove(keysOf(statement.path), path),
  );
  const nearest = Math.max(...above.map((statement) => keysOf(statement.path).length));
  const deciding = above.filter((statement) => keysOf(statement.path).length === nearest);
  return deciding.length > 0 && deciding.every((statement) => statement.effect === "grant");
}

const isSaidBelow = (rights: Rights, path: Path, permission: Permission, effect: Statement["effect"]) =>
  rights.some(
    (statement) =>
      statement.effect === effect &&
      statement.permissions.includes(permission) &&
      keysOf(statement.path).length > path.length &&
      isAtOrAbove(path, keysOf(statement.path)),
  );

/** Given at the path and nowhere below revoked. */
export const hasAll = (rights: Rights, path: Path, permission: Permission): boolean =>
  isGiven(rights, path, permission) && !isSaidBelow(rights, path, permission, "revoke");

/** Given at the path or anywhere below. */
export const hasSome = (rights: Rights, path: Path, permission: Permission): boolean =>
  isGiven(rights, path, permission) || isSaidBelow(rights, path, permission, "grant");

/** The readable part of an object; an object of which nothing is readable is left out unless it may itself be read. */
export function readable(rights: Rights, value: object, path: Path): object {
  const members = Object.entries(value).flatMap(([key, member]) => {
    const at = [...path, key];
    const given = isGiven(rights, at, "READ");
    if (typeof member !== "object" || member === null || Array.isArray(member))
      return given ? [[key, member]] : [];
    const part = readable(rights, member, at);
    return given || Object.keys(part).length > 0 ? [[key, part]] : [];
  });
  return Object.fromEntries(members);
}
