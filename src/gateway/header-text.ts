import { isUtf8 } from "node:buffer";

/** The text of a header, which Node reads as Latin-1; what is UTF-8 was meant so. */
export function headerText(value: string): string {
  if (!/[\x80-\xff]/.test(value)) return value;
  const bytes = Buffer.from(value, "latin1");
  return isUtf8(bytes) ? bytes.toString() : value;
}
