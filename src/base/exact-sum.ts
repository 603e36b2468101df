// Sums of doubles that are never rounded on the way: what is taken out again leaves nothing behind, and the order does not
// matter. So a figure of a sliding window depends on what is in the window alone.

/** Magnitudes beyond are not to be added: their squares, and sums of these, would leave the range of a double. */
export const LARGEST = 1e100;

/**
 * The exact sum of doubles, as parts that do not overlap, the smallest first (Shewchuk 1997: "Adaptive precision
 * floating-point arithmetic"). Few parts suffice where the numbers are of similar magnitude, at most about 40.
 */
export class ExactSum {
  readonly #parts: number[] = [];
  #length = 0;

  add(number: number): void {
    const parts = this.#parts;
    let carried = number;
    let kept = 0;
    for (let i = 0; i < this.#length; i++) {
      const part = parts[i] as number;
      const sum = carried + part;
      const isLarger = Math.abs(carried) >= Math.abs(part);
      const error = isLarger ? part - (sum - carried) : carried - (sum - part);
      if (error !== 0) parts[kept++] = error;
      carried = sum;
    }
    if (carried !== 0) parts[kept++] = carried;
    this.#length = kept;
  }

  /** The double that is nearest to the sum, the even one of two. */
  get value(): number {
    const parts = this.#parts;
    let i = this.#length - 1;
    if (i < 0) return 0;
    let value = parts[i] as number;
    let error = 0;
    while (i > 0 && error === 0) {
      const part = parts[--i] as number;
      const sum = value + part;
      error = part - (sum - value);
      value = sum;
    }
    return i > 0 && Math.sign(error) === Math.sign(parts[i - 1] as number)
      ? awayFromTie(value, error)
      : value;
  }

  /** The nearest double, the one nearest to what is left then, and so on until nothing is: the same for equal sums. */
  get digits(): readonly number[] {
    const digits: number[] = [];
    const rest = new ExactSum();
    for (let i = 0; i < this.#length; i++) rest.add(this.#parts[i] as number);
    for (let { value } = rest; value !== 0; value = rest.value) {
      digits.push(value);
      rest.add(-value);
    }
    return digits;
  }

  clear(): void {
    this.#length = 0;
  }
}

/** What is left decides between two doubles that are equally near without it. */
function awayFromTie(value: number, error: number): number {
  const twice = error * 2;
  const next = value + twice;
  return next - value === twice ? next : value;
}

/** 2^27 + 1 parts a double into halves, the products of which are exact. */
const SPLITTER = 134_217_729;

/** Adds a product to a sum as it is, without rounding. */
export function addProduct(sum: ExactSum, a: number, b: number): void {
  const product = a * b;
  const highOfA = SPLITTER * a - (SPLITTER * a - a);
  const highOfB = SPLITTER * b - (SPLITTER * b - b);
  const lowOfA = a - highOfA;
  const lowOfB = b - highOfB;
  sum.add(product);
  sum.add(lowOfA * lowOfB - (product - highOfA * highOfB - lowOfA * highOfB - highOfA * lowOfB));
}

/** Adds or subtracts the product of two sums, given by their {@link ExactSum.digits}, without rounding. */
export function addProductOfDigits(
  sum: ExactSum,
  a: readonly number[],
  b: readonly number[],
  sign: 1 | -1 = 1,
): void {
  for (const left of a) for (const right of b) addProduct(sum, sign * left, right);
}
