// Decimal numbers of any length, compared exactly.

/** The value 0.d₁d₂… × 10^point. */
export interface Decimal {
  /** -1, 0 or 1. */
  readonly sign: number;
  /** Neither begins nor ends with a zero; empty for zero. */
  readonly digits: string;
  readonly point: number;
}

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,10}))?$/;
/** Signs, the point and the other digits come before it. */
const DIGIT_9 = 0x39;
const MAX_EXPONENT = 2 ** 31 - 1;

/** Reads a number as Java's decimals are written; what is none gives `undefined`. Takes time linear in the text. */
export function readDecimal(text: string): Decimal | undefined {
  if (text.charCodeAt(0) > DIGIT_9) return undefined;
  const match = DECIMAL.exec(text);
  if (!match) return undefined;
  const [, sign, whole = "", fraction = "", exponent = "0"] = match;
  const all = whole + fraction;
  const power = Number(exponent);
  if (all === "" || Math.abs(power) > MAX_EXPONENT) return undefined;
  let start = 0;
  let end = all.length;
  while (start < end && all[start] === "0") start++;
  while (end > start && all[end - 1] === "0") end--;
  if (start === end) return { sign: 0, digits: "", point: 0 };
  return { sign: sign === "-" ? -1 : 1, digits: all.slice(start, end), point: whole.length - start + power };
}

/** Below, at or above zero. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  if (a.sign !== b.sign) return a.sign - b.sign;
  if (a.point !== b.point) return a.sign * (a.point - b.point);
  return a.digits === b.digits ? 0 : a.digits < b.digits ? -a.sign : a.sign;
}

/** A text that equal decimals share, and no others. */
export const decimalKey = ({ sign, digits, point }: Decimal): string => `${sign} ${digits} ${point}`;
