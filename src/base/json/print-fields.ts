import { type Path, printPath } from "./pointer.ts";

/** Prints a field selector that was parsed; it is parsed again to the same paths. */
export const printFields = (fields: readonly Path[]): string => fields.map(printField).join(",");

/** Space at the beginning of a selector is none of its key, but behind a slash it is. */
function printField(path: Path): string {
  const text = printPath(path);
  return /^\/\s/.test(text) ? text : text.slice(1);
}
