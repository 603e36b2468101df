import { type Path, printPath } from "./pointer.ts";

/** Prints a field selector that was parsed. */
export const printFields = (fields: readonly Path[]): string =>
  fields.map((path) => printPath(path).slice(1)).join(",");
