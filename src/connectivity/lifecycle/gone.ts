/** Who waits on something is told once when it is over; at once where it is over already. */
export function gone() {
  const callbacks = new Set<() => void>();
  let isOver = false;
  return {
    onGone(callback: () => void): () => void {
      if (isOver) {
        callback();
        return () => undefined;
      }
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
    go(): void {
      isOver = true;
      for (const callback of callbacks) callback();
      callbacks.clear();
    },
  };
}
