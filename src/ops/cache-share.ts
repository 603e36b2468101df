// How much of the memory of this process the caches of things and policies may take.

/** Things, policies and half as much of compiled ones are kept: together less than a third of the heap, and garbage comes on top. */
const SHARE = 1 / 8;
/** The young generation that a server is started with (`scripts/node.mjs`): V8 counts it in, and nothing stays there. */
const YOUNG = 3 * 64 * 2 ** 20;
const LEAST = 4 * 2 ** 20;

/** What of `CACHE_SIZE` counts where V8 says that the heap may have so many bytes: no more than an eighth of what is kept there. */
export const cacheShare = (wanted: number, heapLimit: number): number =>
  Math.min(wanted, Math.max(LEAST, Math.floor((heapLimit - YOUNG) * SHARE)));
