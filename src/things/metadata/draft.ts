import { getKey, isObject, type JsonObject, type JsonValue, putKey } from "../../base/json/json.ts";
import { getAt, type Path } from "../../base/json/pointer.ts";

type Open = { [key: string]: JsonValue };

/** An object to which many changes are made at the cost of the paths they name; the original stays as it is. */
export interface Draft {
  readonly value: JsonObject;
  /** Puts a value at a non-empty path; objects that are missing on the way are made, other values replaced. */
  put(path: Path, value: JsonValue): void;
  /** Removes what is at a non-empty path, if anything. */
  remove(path: Path): void;
}

export function draftOf(original: JsonObject): Draft {
  const owned = new Set<JsonValue>();

  /** Everything is copied the first time that it is changed, and not again. */
  function own(value: JsonValue | undefined): Open {
    if (value !== undefined && owned.has(value)) return value as Open;
    const copy: Open = isObject(value) ? { ...value } : {};
    owned.add(copy);
    return copy;
  }

  function ownParent(path: Path): Open {
    let here = root;
    for (let i = 0; i < path.length - 1; i++) {
      const key = path[i] as string;
      const child = own(getKey(here, key));
      putKey(here, key, child);
      here = child;
    }
    return here;
  }

  const root = own(original);
  return {
    value: root,
    put(path, value) {
      putKey(ownParent(path), path[path.length - 1] as string, value);
    },
    remove(path) {
      if (getAt(root, path) !== undefined) delete ownParent(path)[path[path.length - 1] as string];
    },
  };
}
