/** Resolves with a promise, or after so many milliseconds; whether it is rejected does not count. */
export async function within(promise: Promise<unknown>, ms: number): Promise<void> {
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([promise.catch(() => undefined), over]);
  clearTimeout(timer);
}
