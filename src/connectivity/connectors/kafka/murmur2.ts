// The hash by which clients of Kafka choose the partition of a key: MurmurHash2 of 32 bits with Kafka's seed, as positive number.

const SEED = 0x9747b28c;
const M = 0x5bd1e995;

/** The same for the same key in all clients of Kafka, so that a key has one partition whoever writes it. */
export function hashOfKey(key: Buffer): number {
  const whole = key.length & ~3;
  let hash = SEED ^ key.length;
  for (let at = 0; at < whole; at += 4) {
    const mixed = Math.imul(key.readInt32LE(at), M);
    hash = Math.imul(hash, M) ^ Math.imul(mixed ^ (mixed >>> 24), M);
  }
  if (whole < key.length) hash = Math.imul(hash ^ key.readUIntLE(whole, key.length - whole), M);
  hash = Math.imul(hash ^ (hash >>> 13), M);
  return (hash ^ (hash >>> 15)) & 0x7fffffff;
}
