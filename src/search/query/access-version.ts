import type { SearchStore } from "../store.ts";

/**
 * The same store, and a number that is another one after each write of access by way of it: for
 * `SearchParts.accessVersion`.
 */
export function countingAccess(store: SearchStore): {
  readonly store: SearchStore;
  readonly accessVersion: () => number;
} {
  let version = 0;
  const counted = <T>(done: Promise<T>) =>
    done.finally(() => {
      version++;
    });
  return {
    store: {
      ...store,
      putAccess: (rows) => counted(store.putAccess(rows)),
      deleteAccess: (keys) => counted(store.deleteAccess(keys)),
    },
    accessVersion: () => version,
  };
}
