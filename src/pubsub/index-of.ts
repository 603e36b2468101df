// Values under keys, of which each may have many; nearly all have one, which then costs no set.

export interface Index<K, V extends object> {
  add(keys: Iterable<K>, value: V): void;
  delete(keys: Iterable<K>, value: V): void;
  /** The values under a key. While they are walked, values may be added and deleted. */
  get(key: K): Iterable<V>;
  keys(): Iterable<K>;
  /** How many keys have values. */
  readonly size: number;
}

const none: readonly never[] = [];

/** Makes an empty index. The values are no sets. */
export function indexOf<K, V extends object>(): Index<K, V> {
  const known = new Map<K, V | Set<V>>();

  function add(key: K, value: V): void {
    const there = known.get(key);
    if (there === undefined || there === value) known.set(key, value);
    else if (there instanceof Set) there.add(value);
    else known.set(key, new Set([there, value]));
  }

  function remove(key: K, value: V): void {
    const there = known.get(key);
    if (there === value) known.delete(key);
    else if (there instanceof Set && there.delete(value) && there.size === 0) known.delete(key);
  }

  return {
    get size() {
      return known.size;
    },
    add(keys, value) {
      for (const key of keys) add(key, value);
    },
    delete(keys, value) {
      for (const key of keys) remove(key, value);
    },
    get(key) {
      const there = known.get(key);
      if (there === undefined) return none;
      return there instanceof Set ? there : [there];
    },
    keys: () => known.keys(),
  };
}
