// Applying a JSON Patch (RFC 6902), all or nothing. Ours, since libraries take `__proto__` for more than data, open raw
// numbers as if they were objects, or let operations pass that have no target.

import { equals, getKey, isArray, isObject, type JsonArray, type JsonValue, putKey } from "./json.ts";
import type { Operation } from "./json-patch.ts";
import { type Path, printPath } from "./pointer.ts";

/** The patched value; or what did not hold: a `test` failed, or an operation has no target or is too much. */
export type Applied =
  | { readonly value: JsonValue }
  | { readonly failed: "test" | "operation"; readonly reason: string };

/**
 * Members and elements that a patch may copy, each operation those along its path; characters of a copied value count
 * too, as copies of copies grow without bound.
 */
const MAX_COPIED = 2_000_000;

/** Applies operations in order, each to the outcome of the one before; the value itself stays as it is. */
export function applyJsonPatch(value: JsonValue, patch: readonly Operation[]): Applied {
  const budget = { left: MAX_COPIED };
  try {
    return { value: patch.reduce((outcome, operation) => applyOne(outcome, operation, budget), value) };
  } catch (error) {
    if (error instanceof Failure) return { failed: error.failed, reason: error.message };
    throw error;
  }
}

class Failure extends Error {
  readonly failed: "test" | "operation";
  constructor(failed: "test" | "operation", reason: string) {
    super(reason);
    this.failed = failed;
  }
}

interface Budget {
  left: number;
}

function applyOne(value: JsonValue, operation: Operation, budget: Budget): JsonValue {
  switch (operation.op) {
    case "add":
      return put(value, operation.path, operation.value, budget, false);
    case "replace":
      valueAt(value, operation.path);
      return put(value, operation.path, operation.value, budget, true);
    case "remove":
      valueAt(value, operation.path);
      return removed(value, operation.path, budget);
    case "test":
      if (equals(valueAt(value, operation.path), operation.value)) return value;
      throw new Failure("test", `the test of '${printPath(operation.path)}' failed.`);
    case "copy": {
      const copied = valueAt(value, operation.from);
      weigh(copied, budget);
      return put(value, operation.path, copied, budget, false);
    }
    case "move":
      return moved(value, operation.from, operation.path, budget);
  }
}

function moved(value: JsonValue, from: Path, to: Path, budget: Budget): JsonValue {
  const taken = valueAt(value, from);
  if (from.every((key, i) => key === to[i])) {
    if (from.length === to.length) return value;
    throw new Failure("operation", `'${printPath(from)}' cannot be moved into itself.`);
  }
  return put(removed(value, from, budget), to, taken, budget, false);
}

/** The value at a path, which must be there. */
function valueAt(value: JsonValue, path: Path): JsonValue {
  let here: JsonValue | undefined = value;
  for (const key of path) {
    here = childOf(here, key);
    if (here === undefined) throw new Failure("operation", `there is nothing at '${printPath(path)}'.`);
  }
  return here;
}

function childOf(value: JsonValue, key: string): JsonValue | undefined {
  if (isArray(value)) return value[indexOf(key)];
  return isObject(value) ? getKey(value, key) : undefined;
}

/** An index as RFC 6901 has it: digits without a leading zero. Other keys are no element of any array. */
const indexOf = (key: string): number => (/^(?:0|[1-9]\d{0,8})$/.test(key) ? Number(key) : -1);

function put(value: JsonValue, path: Path, added: JsonValue, budget: Budget, replaces: boolean): JsonValue {
  if (path.length === 0) return added;
  return edited(value, path, 0, budget, (container, key) => {
    if (!isArray(container)) return withMember(container, key, added);
    const index = key === "-" && !replaces ? container.length : indexOf(key);
    if (index < 0 || index > container.length)
      throw new Failure("operation", `'${printPath(path)}' is no place in its array.`);
    return container.toSpliced(index, replaces ? 1 : 0, added);
  });
}

/** The value without what is at a path and is known to be there. */
function removed(value: JsonValue, path: Path, budget: Budget): JsonValue {
  if (path.length === 0) throw new Failure("operation", "the whole value cannot be removed.");
  return edited(value, path, 0, budget, (container, key) => {
    if (isArray(container)) return container.toSpliced(indexOf(key), 1);
    const { [key]: _, ...rest } = container;
    return rest;
  });
}

type Container = JsonArray | { readonly [key: string]: JsonValue };

/** Copies the containers along a path, the last of them as `edit` makes it. */
function edited(
  value: JsonValue,
  path: Path,
  from: number,
  budget: Budget,
  edit: (container: Container, key: string) => JsonValue,
): JsonValue {
  if (!isArray(value) && !isObject(value))
    throw new Failure("operation", `nothing can lie at '${printPath(path)}'.`);
  spend(isArray(value) ? value.length : Object.keys(value).length, budget);
  const key = path[from] as string;
  if (from === path.length - 1) return edit(value, key);
  const child = childOf(value, key);
  if (child === undefined) throw new Failure("operation", `there is nothing above '${printPath(path)}'.`);
  const changed = edited(child, path, from + 1, budget, edit);
  return isArray(value) ? value.with(indexOf(key), changed) : withMember(value, key, changed);
}

function withMember(object: Container, key: string, member: JsonValue): JsonValue {
  const copy = { ...(object as { [key: string]: JsonValue }) };
  putKey(copy, key, member);
  return copy;
}

function spend(amount: number, budget: Budget): void {
  budget.left -= amount + 1;
  if (budget.left < 0) throw new Failure("operation", "it copies more than it may.");
}

function weigh(value: JsonValue, budget: Budget): void {
  spend(typeof value === "string" ? value.length : 0, budget);
  if (isArray(value)) for (const element of value) weigh(element, budget);
  else if (isObject(value))
    for (const key of Object.keys(value)) {
      spend(key.length, budget);
      weigh(value[key] as JsonValue, budget);
    }
}
