/** Bytes that several may take, of so many in all. */
export interface MemoryBudget {
  /** Takes so many, unless fewer are left. */
  take(bytes: number): boolean;
  give(bytes: number): void;
  readonly left: number;
}

export function memoryBudget(bytes: number): MemoryBudget {
  let left = bytes;
  return {
    take(wanted) {
      if (wanted > left) return false;
      left -= wanted;
      return true;
    },
    give(back) {
      left += back;
    },
    get left() {
      return left;
    },
  };
}
