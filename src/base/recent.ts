/**
 * Remembers about the most recently used values, of which each has a weight: an older half is dropped whenever a
 * younger one weighs half of the capacity. What is dropped is for the caller to make again.
 */
export function recent<T, K = string>(capacity: number) {
  let young = new Map<K, readonly [value: T, weight: number]>();
  let old: typeof young = new Map();
  let weightOfYoung = 0;
  function put(key: K, value: T, weight = 1): T {
    if (weightOfYoung + weight > capacity / 2) {
      old = young;
      young = new Map();
      weightOfYoung = 0;
    }
    young.set(key, [value, weight]);
    weightOfYoung += weight;
    return value;
  }
  function get(key: K): T | undefined {
    const known = young.get(key);
    if (known) return known[0];
    const aged = old.get(key);
    if (!aged) return undefined;
    // Taken out first, as making room for it would drop the half it is in.
    old.delete(key);
    return put(key, ...aged);
  }
  return { get, put };
}
