// Which things a canary is for: always the same ones, spread evenly.

/** Whether the canary takes the place of the model for a thing, where it is for a share (0 to 1) of them. */
export const isCanary = (thingId: string, share: number): boolean => hashOf(thingId) / 2 ** 32 < share;

/** FNV-1a with the finalizer of MurmurHash3, so that IDs that differ in their last digit are spread as well. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
