/** Works something out once for all who ask within so many milliseconds; a failure is told to those who waited for it only. */
export function remembered<T>(ms: number, workOut: () => Promise<T>): () => Promise<T> {
  let known: { readonly value: Promise<T>; until: number } | undefined;
  return () => {
    if (known && performance.now() < known.until) return known.value;
    const mine = { value: workOut(), until: Number.POSITIVE_INFINITY }; // stands at least until it is there
    known = mine;
    mine.value.then(
      () => {
        mine.until = performance.now() + ms;
      },
      () => {
        mine.until = 0;
      },
    );
    return mine.value;
  };
}
