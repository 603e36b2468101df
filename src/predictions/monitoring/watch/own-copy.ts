/**
 * The first characters of a text. A slice as the engine makes it keeps the whole text that it is of, which may be large, in memory;
 * this one does not.
 */
export const ownCopy = (text: string, most: number): string =>
  Buffer.from(text.slice(0, most), "utf16le").toString("utf16le");
