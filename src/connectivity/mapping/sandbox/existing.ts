// Pointers that QuickJS gives.

/** Where QuickJS has no memory left. */
export const NO_ROOM = "out of memory";

/**
 * The pointer, if it is one: QuickJS gives 0 where it had no room. Whoever went on with that would read and write the memory of all scripts
 * of a block. Throws a plain error then.
 */
export function existing<T extends number>(pointer: T): T {
  if (pointer === 0) throw new Error(NO_ROOM);
  return pointer;
}
