// Functions on one text, as Java has them.

/** Without characters up to the space at both ends. */
export function trim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && (text[start] as string) <= " ") start++;
  while (start < end && (text[end - 1] as string) <= " ") end--;
  return text.slice(start, end);
}

/** As forms encode (application/x-www-form-urlencoded): a blank is a plus. */
export const urlEncode = (text: string): string =>
  new URLSearchParams([["", text.toWellFormed()]]).toString().slice(1);

/** Undoes {@link urlEncode}; nothing where a text is not encoded so. */
export function urlDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}

export const toBase64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");

/** Undoes {@link toBase64}; nothing where a text is not base64. */
export function fromBase64(text: string): string | undefined {
  return /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 !== 1
    ? Buffer.from(text, "base64").toString("utf8")
    : undefined;
}
